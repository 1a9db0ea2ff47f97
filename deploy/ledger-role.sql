-- What the role of `schedule` and `mail` needs in the ledger, beside deploy/role.sql for the source. The ledger is made first:
--     lineage-report ledger init
-- then, as its owner:
--     psql -v ON_ERROR_STOP=1 -f deploy/ledger-role.sql DATABASE
-- The reading role is read-only by default; the program asks for a writing transaction where it needs one.

do $$
begin
  if not exists (select from pg_roles where rolname = 'lineage_report') then
    create role lineage_report login;
  end if;
  execute format('grant connect on database %I to lineage_report', current_database());
end
$$;

grant usage on schema lineage_report to lineage_report;
grant select on lineage_report.ledger to lineage_report;
grant select, insert, update on lineage_report.schedule, lineage_report.run, lineage_report.mail to lineage_report;
grant select, insert on lineage_report.mail_event to lineage_report;
