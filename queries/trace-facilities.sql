-- title: Facilities and results of legacy items
-- row: one row of a submission, without anything about the patient
-- uses: engine
-- param: ids uuid[] required - these submissions
-- column: report_id id - the submission
-- column: report_index number - the row's position, as stored: from 1 since spring 2022, from 0 before
-- column: facility text - the testing lab's name, else the ordering facility's
-- column: clia text - the testing lab's number, for covid-19 only
-- column: state text - the testing lab's state
-- column: result text - the test's result in words
-- column: processing_mode text - P production, T training, D debugging
-- reads: covid_result_metadata, elr_result_metadata
-- order: report_id, report_index
-- cost: one range of the index on (report_id, report_index) a submission and table
select
  report_id,
  report_index,
  coalesce(testing_lab_name, ordering_facility_name) as facility,
  testing_lab_clia as clia,
  testing_lab_state as state,
  test_result as result,
  processing_mode_code as processing_mode
from covid_result_metadata
where report_id = any (:ids)
union all
select
  report_id,
  report_index,
  coalesce(testing_facility_name, ordering_facility_name),
  null,
  testing_facility_state,
  test_result,
  processing_mode_code
from elr_result_metadata
where report_id = any (:ids)
order by report_id, report_index
