// Reading the marks of partitions that were opened: of whom something is owed (R4, R13). Each page of
// them brings records into memory, so that the next one waits until few loads are under way.
#pragma once

#include "core/base/ring.hpp"
#include "core/node/context.hpp"

namespace hubbub {

/// `Job`: of reads.hpp, what a page of such marks is read as.
template <class Job>
class MarkSweeps {
 public:
  /// `marks_of`: where a partition's marks lie.
  MarkSweeps(Context& context, rows::Bounds (*marks_of)(PartitionId))
      : c_(context), marks_of_(marks_of) {}

  void begin(PartitionId partition) { pages_.push({partition, marks_of_(partition).from}); }
  /// A page ended with this mark, and there are more.
  void go_on(PartitionId partition, const rows::Key& last) { pages_.push({partition, last.next()}); }

  bool has_work() const { return !pages_.empty() && c_.loads_under_way < limits::sweep_loads; }
  void work() {
    while (has_work() && !c_.exhausted()) {
      const Page page = pages_.pop();
      if (!c_.partitions[page.partition.value].speaks()) continue;
      ++c_.loads_under_way;
      c_.read(Job{page.partition}, page.from, marks_of_(page.partition).to, limits::read_rows);
    }
  }

 private:
  struct Page {
    PartitionId partition;
    rows::Key from;
  };

  Context& c_;
  rows::Bounds (*marks_of_)(PartitionId);
  Ring<Page> pages_;
};

}  // namespace hubbub
