import type { Queryable } from "./world.ts";

/** Conditions that hold for every database that ReportStream wrote; each query returns the rows that break one. */
const INVARIANTS: Record<string, string> = {
  // Children that have no items end here; a submissions service root has the count 1 whatever it
  // holds; an empty line makes one item more than were counted.
  "an edge begins at an item of its parent": `
    select e.* from item_lineage e
    join report_file parent on parent.report_id = e.parent_report_id
    join action a on a.action_id = parent.action_id
    join report_file child on child.report_id = e.child_report_id
    where e.parent_index - (case when e.created_at < '2022-02-17T00:00:00Z' then 0 else 1 end) >= parent.item_count
      and child.item_count > 0 and a.action_name <> 'convert'`,
  "the items of a file to send are numbered without gaps": `
    select b.report_id from report_file b
    join item_lineage e on e.child_report_id = b.report_id
    where b.next_action = 'send'
    group by b.report_id, b.item_count
    having count(distinct e.child_index) <> b.item_count
        or max(e.child_index) - min(e.child_index) + 1 <> b.item_count`,
  "a file to send has as many edges as items": `
    select b.report_id from report_file b
    left join (
      select distinct parent_report_id, parent_index, child_report_id, child_index from item_lineage
    ) e on e.child_report_id = b.report_id
    where b.next_action = 'send'
    group by b.report_id, b.item_count having count(e.child_index) <> b.item_count`,
  "a file to send has a body": "select report_id from report_file where next_action = 'send' and body_url is null",
  "a report edge has item edges": `
    select l.* from report_lineage l
    join report_file child on child.report_id = l.child_report_id
    where child.item_count > 0 and child.downloaded_by is null
      and not exists (
        select from item_lineage e
        where e.parent_report_id = l.parent_report_id and e.child_report_id = l.child_report_id)`,
  "item edges have a report edge": `
    select e.* from item_lineage e
    where not exists (
      select from report_lineage l
      where l.parent_report_id = e.parent_report_id and l.child_report_id = e.child_report_id)`,
  "all rows of an action have one time": `
    select a.action_id from action a
    join report_file f on f.action_id = a.action_id
    left join report_lineage l on l.action_id = a.action_id
    where f.created_at <> a.created_at or l.created_at <> a.created_at`,
  "a log is at most three seconds older than its action": `
    select g.action_log_id from action_log g join action a on a.action_id = g.action_id
    where g.created_at > a.created_at or g.created_at < a.created_at - interval '3 seconds'`,
  "only a root has a sender, and a root has no parent": `
    select f.report_id from report_file f join report_lineage l on l.child_report_id = f.report_id
    where f.sending_org is not null`,
  "what goes on has a task, what ended has none": `
    select f.report_id from report_file f left join task t on t.report_id = f.report_id
    where (t.report_id is not null and coalesce(f.next_action, 'none') = 'none')
       or (t.report_id is null and coalesce(f.next_action, 'none') not in ('none', 'convert'))`,
};

/** The names of the conditions that do not hold, with the number of rows against each. */
export async function brokenInvariants(client: Queryable): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, sql] of Object.entries(INVARIANTS)) {
    const { rows } = await client.query(sql);
    if (rows.length > 0) broken.push(`${name} (${rows.length}): ${JSON.stringify(rows[0])}`);
  }
  return broken;
}
