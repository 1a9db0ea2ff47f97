-- title: Testing labs of covid-19 items
-- row: one row of a submission, without anything about the patient, the provider or the result
-- uses: engine
-- param: ids uuid[] required - these submissions
-- column: report_id id - the submission
-- column: report_index number - the row's position, as stored: from 1 since spring 2022, from 0 before
-- column: name text - the testing lab's name, as the sender wrote it
-- column: clia text - the testing lab's number
-- column: city text - the testing lab's city
-- column: state text - the testing lab's state
-- column: processing_mode text - P production, T training, D debugging
-- reads: covid_result_metadata
-- order: report_id, report_index
-- cost: one range of the index on (report_id, report_index) a submission
select
  report_id,
  report_index,
  testing_lab_name as name,
  testing_lab_clia as clia,
  testing_lab_city as city,
  testing_lab_state as state,
  processing_mode_code as processing_mode
from covid_result_metadata
where report_id = any (:ids)
order by report_id, report_index
