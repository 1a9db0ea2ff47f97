// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the code that is looked for has template strings
/**
 * Single rules of the engine, each with a change that makes it wrong: `from` stands once in `file`
 * and becomes `to`. `cases` are the edge cases that hold the rule end to end; where there are none,
 * the tests of the rules alone do.
 */

const of =
  (file) =>
  (name, from, to, ...cases) => ({ name, file, from, to, cases });

const kind = of("src/outcome/kind.ts");
const attempt = of("src/outcome/attempt.ts");
const evidence = of("src/outcome/evidence.ts");
const judge = of("src/outcome/judge.ts");
const work = of("src/outcome/work.ts");
const receiver = of("src/outcome/receiver.ts");
const file = of("src/outcome/file.ts");
const final = of("src/outcome/final.ts");
const words = of("src/outcome/words.ts");
const settings = of("src/config/schema.ts");
const status = of("src/outcome/status.ts");
const deliveries = of("src/outcome/deliveries.ts");
const failures = of("src/outcome/failures.ts");
const legacy = of("src/outcome/legacy.ts");
const transport = of("src/outcome/transport.ts");
const graph = of("src/lineage/graph.ts");
const base = of("src/lineage/index-base.ts");
const ancestry = of("src/lineage/ancestry.ts");
const parties = of("src/lineage/parties.ts");
const logPass = of("src/run/log-pass.ts");
const readLineage = of("src/run/read/lineage.ts");
const readWindow = of("src/run/read/window.ts");
const attemptsByKey = of("src/run/read/attempts-by-key.ts");
const messageIds = of("src/run/read/message-ids.ts");
const writeItems = of("src/run/write-items.ts");
const itemRows = of("src/run/item-rows.ts");
const writeFiles = of("src/run/write-files.ts");
const outputs = of("src/run/outputs.ts");
const sql = (name) => of(`queries/${name}.sql`);

export const MUTATIONS = [
  // What a report row is.
  kind(
    "a download counts as sent",
    "if (row.writtenBy === DOWNLOAD || (row.flags & FLAG.downloaded) !== 0) return KIND.downloaded;",
    "if (row.writtenBy === DOWNLOAD || (row.flags & FLAG.downloaded) !== 0) return KIND.sent;",
  ),
  kind("a download is known by its column only", "row.writtenBy === DOWNLOAD || ", ""),
  kind(
    "any transport result is a sending",
    "(row.flags & FLAG.transported) !== 0 && sentByStep",
    "(row.flags & FLAG.transported) !== 0",
  ),
  kind(
    "any row without a plan is a sending",
    "if ((row.flags & FLAG.transported) !== 0 && sentByStep) return",
    "if (row.receiver !== 0) return",
  ),
  kind(
    "a file under the error is not sent",
    'new Set([stepNumber("send"), stepNumber("send_error")])',
    'new Set([stepNumber("send")])',
  ),
  kind(
    "the planned step proves the sending",
    "if (row.nextAction === STEP_SEND) return KIND.deliverable;",
    "if (row.nextAction === STEP_SEND) return KIND.sent;",
  ),
  kind(
    "rejected is unrouted",
    "return row.writtenBy === CONVERT ? KIND.rejected : KIND.unrouted;",
    "return KIND.unrouted;",
  ),
  kind(
    "unrouted is rejected",
    "return row.writtenBy === CONVERT ? KIND.rejected : KIND.unrouted;",
    "return KIND.rejected;",
  ),

  // What an action was.
  attempt(
    "the text decides whether a failure is final",
    "      return row.actionName;",
    '      return row.actionName === "send_error" && /Will retry/.test(row.result ?? "") ? "send_warning" : row.actionName;',
  ),
  attempt(
    "a ghost send is an e-mail",
    'return row.result === null && row.receiver !== null ? "email"',
    'return row.result === null ? "email"',
  ),
  attempt("a rehearsed resend is one", " && !/if this were NOT a test|just a test/.test(result)", ""),
  attempt("a refused resend is one", "row.httpStatus === 200 && queuedAgain", "queuedAgain"),
  attempt(
    "any answer 200 is a resend",
    'return result.includes("has been queued to resend")',
    "return result !== null",
  ),
  attempt(
    "queue messages of before 2023-12-21 are not read",
    "  new RegExp(`^\\\\s*[A-Za-z]+&[A-Za-z_]+&(${UUID})(?:&|$)`),\n",
    "",
  ),
  attempt("the result's text is not asked for the report", " ?? firstMatch(result, IN_RESULT)", ""),
  attempt(
    "the last of two glued messages counts",
    "return firstMatch(params, IN_PARAMS)",
    'return firstMatch(params?.split(", ").at(-1) ?? null, IN_PARAMS)',
  ),
  attempt("ids keep their case", "match[1].toLowerCase()", "match[1]"),

  // What the lineage shows of an item.
  evidence(
    "a file counts as often as it is reached",
    "    if (pairs[at] !== report) continue;\n",
    "    if (pairs[at] !== report || index > 0) continue;\n",
    "X31",
  ),
  evidence(
    "a report that was passed counts as open",
    "if (edges === 0) slot.open.push(report);\n        else slot.passed = report;",
    "slot.open.push(report);",
    "E23",
  ),
  evidence(
    "leaves without a receiver are forgotten",
    "if (edges === 0 && !this.unaddressed.includes(report)) this.unaddressed.push(report);",
    "",
    "E24",
  ),

  // Outcomes of an item.
  judge(
    "a download comes before a sending",
    "this.#delivered(receiver, sent, files) ??\n      this.#downloaded(receiver, files, downloaded) ??",
    "this.#downloaded(receiver, files, downloaded) ??\n      this.#delivered(receiver, sent, files) ??",
    "E2",
  ),
  judge("the last sending counts", "(firstAt < at || (firstAt === at", "(firstAt > at || (firstAt === at", "E7"),
  judge(
    "ties go to whatever came last",
    "(firstAt === at && reports.compare(first, report) <= 0)",
    "(firstAt === at && reports.compare(first, report) > 0)",
    "X29",
  ),
  judge(
    "times delivered counts receivers",
    "    const consider = (report: number, index: number, at: Micros): void => {\n      times++;",
    "    const consider = (report: number, index: number, at: Micros): void => {\n      times = 1;",
    "E7",
  ),
  judge(
    "positions in old files count from 0",
    "const deliveredItem = firstIndex + this.#facts.zeroBased[first];",
    "const deliveredItem = firstIndex;",
    "E67",
  ),
  judge(
    "old items are looked up from 1",
    "const index = item - this.#facts.zeroBased[root];",
    "const index = item;",
    "E67",
  ),
  judge(
    "a submission has as many items as its row says",
    "return Math.max(reports.itemCount[root], highest + zeroBased[root]);",
    "return reports.itemCount[root];",
    "E55",
  ),
  judge(
    "a submission has as many items as its edges show",
    "return Math.max(reports.itemCount[root], highest + zeroBased[root]);",
    "return highest + zeroBased[root];",
    "E49",
  ),
  judge(
    "downloads are looked for by item edges only",
    "      if (kinds[child] !== KIND.downloaded) continue;\n      if (first < 0",
    "      if (kinds[child] !== KIND.downloaded || child >= 0) continue;\n      if (first < 0",
    "E4",
  ),
  judge(
    "e-mails leave no trace",
    'if (!attempts || (task && task.step !== "none")) return NEVER;',
    "if (attempts || task) return NEVER;\n    if (!attempts) return NEVER;",
    "E15",
  ),
  judge(
    "an e-mail is believed while the task is open",
    'if (!attempts || (task && task.step !== "none")) return NEVER;',
    "if (!attempts || !task) return NEVER;",
    "X32",
  ),
  judge(
    "a filter hides what is open",
    "if (open.length > 0) return",
    "if (open.length > 0 && filtered.length === 0) return",
    "X18",
  ),
  judge("the oldest file decides", "compare(files[at], newest) > 0", "compare(files[at], newest) < 0", "X33"),
  judge("of several filters the one read first counts", "this.#inOrder(filtered)[0]", "filtered[0]", "X43"),
  judge(
    "the first open copy decides",
    "worst(other.outcome, verdict.outcome) === other.outcome) verdict = other;",
    "worst(other.outcome, verdict.outcome) === verdict.outcome) verdict = other;",
    "X34",
  ),
  judge(
    "files are judged by today's setting",
    "receiver: receiverAt(receivers, reports.receivers.get(reports.receiver[file]).key, createdAt),",
    "receiver: receiverAt(receivers, reports.receivers.get(reports.receiver[file]).key, this.#judgement.asOf),",
    "X7",
  ),
  judge(
    "batches are judged by yesterday's setting",
    "receiver: receiverAt(receivers, receiver, this.#judgement.asOf),",
    "receiver: receiverAt(receivers, receiver, reports.createdAt[report]),",
    "X8",
  ),
  judge(
    "a legacy row that nobody wanted waits for ever",
    'if (STEPS[reports.nextAction[report]] !== "process") return false;',
    "if (reports.size >= 0) return false;",
    "X20",
  ),
  judge(
    "what legacy filters took is not asked",
    "for (const { receiver, filters } of this.#legacy.takenFrom(root, index)) {",
    "for (const { receiver, filters } of this.#legacy.takenFrom(-1, index)) {",
    "E27",
  ),

  // Work that waits.
  work(
    "the pipeline's hour ends before its last instant",
    "judgement.asOf - since <= judgement.limits.pipeline",
    "judgement.asOf - since < judgement.limits.pipeline",
  ),
  work(
    "work in the pipeline is never stuck",
    "judgement.asOf - since <= judgement.limits.pipeline",
    "judgement.asOf - since >= 0",
  ),
  work("the look-back ends before its last instant", "if (until >= asOf) {", "if (until > asOf) {"),
  work("a batch is stuck as soon as it is past due", "if (until >= asOf) {", "if (due >= asOf) {"),
  work(
    "the report's plan comes before the task's",
    "const due = task ? task.dueAt : work.plannedAt;",
    "const due = Number.isNaN(work.plannedAt) && task ? task.dueAt : work.plannedAt;",
  ),
  work(
    "a receiver without timing is waited for",
    "if (receiver?.exists && receiver.batchesPerDay === 0) {",
    "if (receiver?.exists && receiver.batchesPerDay < 0) {",
  ),
  work("a deleted receiver is waited for", "if (!receiver?.exists) {", "if (!receiver) {"),
  work(
    "a failure of process is a wait",
    'findLast(({ kind }) => kind === "process_error")',
    'findLast(({ kind }) => kind === "send_error")',
  ),
  work(
    "a task that has moved on still waits",
    "if (work.task && work.task.step !== work.step) {",
    'if (work.task && work.task.step === "send_error") {',
  ),
  work("queue messages live for ever", "const QUEUE_LIFE = 7 * DAY;", "const QUEUE_LIFE = 70 * DAY;", "E44b"),
  receiver("two periods of look-back", "3 * Math.floor(1440 / batchesPerDay)", "2 * Math.floor(1440 / batchesPerDay)"),
  receiver("no three hours beside the periods", " + 180) * MINUTE", ") * MINUTE"),
  receiver("periods are not whole minutes", "Math.floor(1440 / batchesPerDay)", "(1440 / batchesPerDay)"),
  receiver(
    "a setting takes effect after its instant",
    "if (version.from > at) break;",
    "if (version.from >= at) break;",
  ),

  // Files that are not sent.
  file(
    "sent_at proves a sending",
    "  const last = newestSendAttempt(file.attempts);\n  if (task",
    '  const last = newestSendAttempt(file.attempts);\n  if (task && !Number.isNaN(task.sentAt)) return { outcome: "delivered", reason: "", acts: "nobody" };\n  if (task',
  ),
  file(
    "the task's send_error is not asked",
    'if (task?.step === "send_error") return failed(',
    'if (task?.step === "wipe_error") return failed(',
  ),
  file(
    "no grace for a retry",
    'return due >= asOf - limits.send\n    ? { outcome: "retrying", reason: `${which}',
    'return due >= asOf\n    ? { outcome: "retrying", reason: `${which}',
  ),
  file(
    "a retry's grace ends before its last instant",
    'return due >= asOf - limits.send\n    ? { outcome: "retrying", reason: `${which}',
    'return due > asOf - limits.send\n    ? { outcome: "retrying", reason: `${which}',
  ),
  file(
    "an exception is a wait",
    'if (last?.kind === "send_error") return exception(',
    'if (last?.kind === "process_error") return exception(',
  ),
  file(
    "a resend is a first sending",
    "if (task.retryCount === 0) return resend(",
    "if (task.retryCount === 99) return resend(",
  ),
  file(
    "a retry is a first sending",
    "if (task.retryCount >= 1) return retry(",
    "if (task.retryCount >= 99) return retry(",
  ),
  file("a file can be fetched at the instant of its expiry", "return asOf < expires", "return asOf <= expires"),
  file(
    "a receiver without transport is waited for like others",
    'if (receiver) return receiver.transport === "";',
    "if (receiver) return false;",
  ),
  file("a send past due still waits", "return due >= judgement.asOf - judgement.limits.send", "return due >= 0"),
  settings(
    "files live for 30 days",
    'can be fetched or sent again.",\n    default: 60,',
    'can be fetched or sent again.",\n    default: 30,',
  ),

  // Words.
  words(
    "a delivery hides what is stuck elsewhere",
    '"stuck",\n  "failed",\n  "retrying",\n  "waiting",\n  "delivered",\n  "downloaded",\n  "filtered",\n  "unrouted",\n  "rejected",\n];',
    '"delivered",\n  "stuck",\n  "failed",\n  "retrying",\n  "waiting",\n  "downloaded",\n  "filtered",\n  "unrouted",\n  "rejected",\n];',
  ),
  final("the sender acts on no filter", '["QUALITY_FILTER", "PROCESSING_MODE_FILTER"]', '["QUALITY"].slice(1)'),
  final("the null transport is a server", '    case "NULL":', '    case "NONE":'),
  transport("a URL is shown as a file name", 'if (transport !== "BLOBSTORE" && !', "if (transport !== name || !"),

  // ReportStream's own status.
  status(
    "an answer of 200 is an error",
    "if (httpStatus !== 200 && httpStatus !== 201) return",
    "if (httpStatus !== 201) return",
    "E58",
  ),
  status(
    "Partially Delivered is never said",
    'return finished.length >= real.length ? "Partially Delivered"',
    'return finished.length > real.length ? "Partially Delivered"',
    "S7",
  ),
  status("downloads do not count as sent", "sent >= itemCount || downloaded >= itemCount", "sent > itemCount", "S3"),
  status(
    "every row's items count",
    "if (nextAction[report] === step) destination.itemCount",
    "if (nextAction[report] >= 0) destination.itemCount",
    "S1",
  ),
  status(
    "the first row decides",
    "compare(report, last) > 0) last = report",
    "compare(report, last) < 0) last = report",
    "S10",
  ),
  status(
    "all that ends is Received",
    'nextAction[this.#last(history)] === STEP_NONE ? "Not Delivering"',
    'nextAction[this.#last(history)] === -1 ? "Not Delivering"',
    "S4",
  ),

  // Files delivered, and failures.
  deliveries(
    "the window's end belongs to it",
    "if (reports.createdAt[report] >= from && reports.createdAt[report] < to) files.push(report);",
    "if (reports.createdAt[report] >= from && reports.createdAt[report] <= to) files.push(report);",
    "E75",
  ),
  deliveries(
    "the window's start does not",
    "if (reports.createdAt[report] >= from && reports.createdAt[report] < to) files.push(report);",
    "if (reports.createdAt[report] > from && reports.createdAt[report] < to) files.push(report);",
    "E75",
  ),
  deliveries("attempts leave out the success", "attempts: failed.length + 1", "attempts: failed.length", "E6"),
  deliveries("attempts of all series count", "before.slice(again + 1)", "before", "E8"),
  deliveries("no file is a resend", "resend: again >= 0", "resend: again > 1000", "E8"),
  failures(
    "the window's end belongs to its failures",
    "attempt.at < window.from || attempt.at >= window.to",
    "attempt.at < window.from || attempt.at > window.to",
    "E75",
  ),
  failures("a failure is never recovered", 'if (!Number.isNaN(recovery.at)) return "recovered";\n', "", "E8"),
  failures(
    "what was fetched before recovers what failed after",
    "else if (reports.createdAt[child] > failure.at) consider",
    "else if (reports.createdAt[child] > 0) consider",
    "X35",
  ),
  failures(
    "any resend leaves a failure resent",
    'if (last?.kind === "resend") return "resent";',
    'if (attempts.some(({ kind }) => kind === "resend")) return "resent";',
    "X2",
  ),
  failures("a file under the error is not asked", 'if (recovery.underError) return "maybe delivered";\n', "", "X14"),
  failures(
    "the transport's success in an error is not read",
    'kind === "send_error" && saysSuccess(text)',
    'kind === "resend" && saysSuccess(text)',
    "X4",
  ),
  failures("attempts count final failures only", "attempts: failed.length,", "attempts: final.length,", "E8"),
  failures(
    "a failure that names no file is dropped",
    'if (attempt.reportId === "") failures.push(unknownFile(facts, attempt));',
    'if (attempt.reportId === "") continue;',
    "E101",
  ),

  // The legacy pipeline's filters.
  legacy(
    "rows that were meant for all are not told from others",
    "meantForAll: before >= reports.itemCount[root],",
    "meantForAll: before > reports.itemCount[root],",
    "E27",
  ),
  legacy(
    "tracking elements are not compared",
    'element === "" ? undefined : file.elements.get(element)',
    "undefined",
    "E30",
  ),
  legacy(
    "what leaves no trace is unrouted for certain",
    'const noTrace = !known && STEPS[reports.nextAction[root]] === "none";',
    "const noTrace = false;",
    "E29",
  ),
  legacy("the log names every row", "complete: named >= taken,", "complete: true,", "X36"),
  legacy("a translation that failed is not asked", 'if (failed !== "") {', 'if (failed === "-") {', "X20"),

  // The lineage.
  graph("repeated edges are edges", "last >= firstEdge[report] &&", "last > 1e9 &&"),
  graph(
    "edges into one report are one",
    "        childIndex[last] === childIndex[edge]\n",
    "        childIndex[last] > -9\n",
  ),
  base("an index 0 proves nothing", "if (graph.childIndex[edge] === 0) zeroBased[graph.child[edge]] = 1;", ""),
  base(
    "the change came an instant later",
    "reports.createdAt[report] >= ONE_BASED_SINCE",
    "reports.createdAt[report] > ONE_BASED_SINCE",
  ),
  base(
    "an index as high as the count proves nothing",
    "if (highest < reports.itemCount[report])",
    "if (highest <= reports.itemCount[report])",
  ),
  ancestry(
    "the way up ignores the position",
    "graph.child[edge] === report && graph.childIndex[edge] === index",
    "graph.child[edge] === report",
  ),
  parties(
    "a party is its organization",
    "return { name: `${organization}.${key.slice(at + 1)}`, organization, key };",
    "return { name: `${organization}.${key.slice(at + 1)}`, organization: organization.toLowerCase(), key };",
    "X16",
  ),

  // The action log.
  logPass(
    "doubled filter results count twice",
    'if (entry.type === "filter" && !this.#filterResults',
    'if (entry.type === "-" && !this.#filterResults',
    "E31",
  ),
  logPass(
    "info is shown everywhere",
    'if (entry.type === "info" && !rejected) {',
    'if (entry.type === "-" && !rejected) {',
    "E53",
  ),
  logPass(
    "old entries count from 1",
    "return Math.max(0, index + this.#zeroBased[root]);",
    "return Math.max(0, index);",
    "E67",
  ),
  logPass("internal errors count", 'if (scope === "internal" || (type', "if ((type", "X37"),
  logPass(
    "an entry without a report is about none",
    "return this.#reportOfAction.get(entry.actionId) ?? -1;",
    "return -1;",
    "X38",
  ),
  logPass(
    "a filter's result is about no item",
    "reports.itemCountBefore(report) <= 1 ? first : null",
    "reports.itemCountBefore(report) < 0 ? first : null",
    "E34",
  ),
  logPass(
    "rows without an edge have no tracking id in the log",
    "for (const [position, id] of this.#messageIds.get(root) ?? [])",
    "for (const [position, id] of this.#messageIds.get(-1) ?? [])",
    "E31",
  ),

  // What is read.
  readLineage(
    "what failed in the window is not asked again",
    "for (const id of seeds) consider(reports.ids.find(id));",
    "",
    "X28",
  ),
  readLineage(
    "what came after the horizon is not asked",
    "kinds[report] === KIND.deliverable || (kinds[report] === KIND.step && isLeaf)",
    "kinds[report] === KIND.unknown",
    "X13",
  ),
  attemptsByKey(
    "late requests and attempts are not asked",
    "if (span.horizon >= snapshot.at) return [];",
    "if (span.horizon >= 0) return [];",
    "X28",
  ),
  attemptsByKey(
    "late e-mails are not asked for",
    "if (!isDone || mails) ask(report);",
    "if (!isDone) ask(report);",
    "X41",
  ),
  attemptsByKey(
    "a failure begins with the last series",
    "if (reports.createdAt[file] >= before) continue;",
    "if (reports.createdAt[file] >= 0) continue;",
    "X42",
  ),
  readWindow(
    "the window's end belongs to its log",
    "entry.at >= span.to) continue;",
    "entry.at > span.to) continue;",
    "E75",
  ),
  messageIds(
    "metadata of spring 2022 count from 0 without proof",
    "if (positions.has(0) && mayBeZeroBased)",
    "if (mayBeZeroBased)",
    "X40",
  ),
  messageIds(
    "metadata always count from 1",
    "if (positions.has(0) && mayBeZeroBased)",
    "if (positions.has(-1) && mayBeZeroBased)",
    "E68",
  ),
  sql("rejected-requests")(
    "the window's end belongs to its refusals",
    "and a.created_at < :to",
    "and a.created_at <= :to",
    "E75",
  ),
  sql("lineage-submissions")(
    "whatever names a sender is a submission",
    "and not exists (select from report_lineage rl where rl.child_report_id = rf.report_id)",
    "",
    "X39",
  ),
  sql("receivers")(
    "a sender's setting is a receiver's",
    "where s.type = 'RECEIVER'",
    "where s.type in ('RECEIVER', 'SENDER')",
    "E42",
  ),
  sql("tasks")(
    "a retry token is trusted",
    "substring(retry_token ->> 'retryCount' from '^[0-9]{1,6}$')::int",
    "(retry_token ->> 'retryCount')::int",
    "X6",
  ),
  sql("attempts")("late resends are not found", " or action_name = 'resend')", ")", "X28"),

  // What is written for whom.
  itemRows(
    "a sender sees positions in shared files",
    "    if (this.#hasSender) this.#addForSender(begin, file);\n    if (outcome.deliveredReport >= 0) whole.addInteger(outcome.deliveredItem);\n",
    "    if (outcome.deliveredReport >= 0) whole.addInteger(outcome.deliveredItem);\n    if (this.#hasSender) this.#addForSender(begin, file);\n",
    "E1",
  ),
  writeItems(
    "the window's start does not belong to it",
    "if (at >= window.from && at < window.to) {",
    "if (at > window.from && at < window.to) {",
    "E75",
  ),
  writeFiles("receivers see who asked for a resend", 'failures.write(row(""))', "failures.write(row(resentBy))", "E8"),
  outputs(
    "organizations that differ in case share a folder",
    "this.#organizations.get(organization);",
    "this.#organizations.get(organization.toLowerCase());",
    "X16",
  ),
];
