import { type Judged, RECEIVERS, type ReportRow, type World } from "./rows.ts";

/**
 * The slow and obvious way to the outcomes, written from the description of ReportStream's rows and
 * not from the engine: sets of texts, every row looked at again for every item. It shares nothing
 * with the product.
 */
export function judgeSlowly(world: World): Judged[] {
  const judged: Judged[] = [];
  for (const root of world.reports.filter((report) => report.submitted && !isSomebodysChild(world, report.id))) {
    const shown = world.edges.filter((edge) => edge.parent === root.id).map((edge) => edge.parentIndex);
    const items = Math.max(root.itemCount, ...shown, 0);
    for (let item = 1; item <= items; item++) judged.push(...judgeItem(world, root, item));
  }
  return judged;
}

const isSomebodysChild = (world: World, id: number): boolean =>
  world.edges.some((edge) => edge.child === id) || world.links.some((link) => link.child === id);

interface Node {
  report: ReportRow;
  index: number;
  leads: boolean;
}

/** Everything an item became, by looking for more until there is no more. */
function nodesOf(world: World, root: ReportRow, item: number): Node[] {
  const seen = new Set([`${root.id}/${item}`]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const edge of world.edges) {
      const to = `${edge.child}/${edge.childIndex}`;
      if (seen.has(`${edge.parent}/${edge.parentIndex}`) && !seen.has(to)) {
        seen.add(to);
        grew = true;
      }
    }
  }
  seen.delete(`${root.id}/${item}`);
  return [...seen].map((node) => {
    const [id, index] = node.split("/").map(Number);
    const report = world.reports.find((row) => row.id === id) as ReportRow;
    const leads = world.edges.some((edge) => edge.parent === id && edge.parentIndex === index);
    return { report, index, leads };
  });
}

function judgeItem(world: World, root: ReportRow, item: number): Judged[] {
  const nodes = nodesOf(world, root, item);
  const receivers = [...new Set(nodes.map(({ report }) => report.receiver))].filter((name) => name !== null).sort();
  if (receivers.length > 0) {
    return receivers.map((receiver) => ({
      root: root.id,
      item,
      receiver,
      ...forReceiver(
        world,
        nodes.filter(({ report }) => report.receiver === receiver),
      ),
    }));
  }
  const ends = nodes.filter(({ leads }) => !leads);
  const outcomes = ends.map(({ report }) => withoutReceiver(world, report));
  const outcome =
    ["stuck", "failed", "waiting", "unrouted", "rejected"].find((word) => outcomes.includes(word)) ??
    (nodes.length > 0 ? "stuck" : neverLeft(world, root));
  return [{ root: root.id, item, receiver: "", outcome, ...NOT_DELIVERED }];
}

const NOT_DELIVERED = { deliveredReport: null, deliveredItem: null, timesDelivered: 0 };

/** Sent: a row of its own under a send action, or one whose step failed after the upload. */
const isSent = (report: ReportRow): boolean =>
  ["send", "send_error"].includes(report.writtenBy) && report.transported && !report.downloaded;
const isReady = (report: ReportRow): boolean => report.nextAction === "send";

/** Two copies of an item in one file are one delivery; the first position counts. */
function oncePerReport(nodes: Node[]): Node[] {
  const first = (node: Node) => nodes.every((other) => other.report.id !== node.report.id || node.index <= other.index);
  return nodes.filter(first);
}

function forReceiver(world: World, all: Node[]): Omit<Judged, "root" | "item" | "receiver"> {
  const nodes = oncePerReport(all);
  const deliveries = [
    ...nodes.filter(({ report }) => isSent(report)).map(({ report, index }) => ({ report, index, at: report.at })),
    ...nodes
      .filter(({ report }) => isReady(report))
      .flatMap(({ report, index }) => mailings(world, report).map((at) => ({ report, index, at }))),
  ].sort(
    (a, b) =>
      a.at - b.at || a.report.at - b.report.at || a.report.actionId - b.report.actionId || a.report.id - b.report.id,
  );
  if (deliveries.length > 0) {
    const [{ report, index }] = deliveries;
    const times = deliveries.length;
    return { outcome: "delivered", deliveredReport: report.id, deliveredItem: index, timesDelivered: times };
  }
  const ready = nodes.filter(({ report }) => isReady(report)).sort((a, b) => older(a.report, b.report));
  const fetches = ready
    .flatMap(({ report, index }) =>
      world.links
        .filter((link) => link.parent === report.id)
        .map((link) => world.reports.find((row) => row.id === link.child) as ReportRow)
        .filter((child) => child.downloaded)
        .map((child) => ({ child, index })),
    )
    .sort((a, b) => older(a.child, b.child));
  if (fetches.length > 0) {
    const [{ child, index }] = fetches;
    return { outcome: "downloaded", deliveredReport: child.id, deliveredItem: index, timesDelivered: 0 };
  }
  if (ready.length > 0) return { outcome: fileOutcome(world, ready[ready.length - 1].report), ...NOT_DELIVERED };
  const open = nodes.filter(({ report, leads }) => !leads && !["none", null].includes(report.nextAction));
  const outcomes = open.map(({ report }) => workOutcome(world, report));
  const worst = ["stuck", "failed", "retrying", "waiting"].find((word) => outcomes.includes(word));
  if (worst) return { outcome: worst, ...NOT_DELIVERED };
  const ended = nodes.some(({ report, leads }) => !leads && ["none", null].includes(report.nextAction));
  return { outcome: ended ? "filtered" : "stuck", ...NOT_DELIVERED };
}

const older = (a: ReportRow, b: ReportRow): number => a.at - b.at || a.actionId - b.actionId || a.id - b.id;

/** An e-mail is a send action with a receiver and no result, once its task is done. */
function mailings(world: World, file: ReportRow): number[] {
  const task = world.tasks.find((row) => row.report === file.id);
  if (task && task.step !== "none") return [];
  return world.attempts.filter((row) => row.report === file.id && row.kind === "email").map((row) => row.at);
}

const settingOf = (report: ReportRow) => RECEIVERS[report.receiver as keyof typeof RECEIVERS];

/** A quarter of an hour of grace; whole hours are all there are, so only what is due now or later is in time. */
const inTime = (due: number): boolean => due >= -0.25;

function fileOutcome(world: World, file: ReportRow): string {
  const task = world.tasks.find((row) => row.report === file.id);
  const last = world.attempts
    .filter((row) => row.report === file.id)
    .sort((a, b) => a.at - b.at || a.actionId - b.actionId)
    .pop();
  if (task?.step === "send_error") return "failed";
  if (settingOf(file).transport === "") return file.at > -60 * 24 ? "waiting" : "stuck";
  if (!task) {
    if (last?.kind === "send_error") return "failed";
    if (last?.kind === "resend" || last?.kind === "send_warning") return inTime(last.at) ? "retrying" : "stuck";
    return inTime(file.nextActionAt ?? file.at) ? "waiting" : "stuck";
  }
  if (task.step !== "send") return "stuck";
  if (last?.kind === "send_error") return "stuck";
  if (task.retryCount !== null && task.retryCount >= 1) return inTime(task.dueAt ?? file.at) ? "retrying" : "stuck";
  if (task.retryCount === 0) {
    const since = task.batchedAt ?? (last?.kind === "resend" ? last.at : file.at);
    return inTime(since) ? "retrying" : "stuck";
  }
  return inTime(task.dueAt ?? task.batchedAt ?? task.createdAt) ? "waiting" : "stuck";
}

function workOutcome(world: World, report: ReportRow): string {
  const task = world.tasks.find((row) => row.report === report.id);
  if (report.nextAction === "batch") {
    if (task && task.step !== "batch") return "stuck";
    const { batchesPerDay } = settingOf(report);
    const due = task ? task.dueAt : report.nextActionAt;
    if (batchesPerDay === 0 || due === null) return "stuck";
    const lookBackHours = (3 * Math.floor(1440 / batchesPerDay) + 180) / 60;
    return due + lookBackHours >= 0 ? "waiting" : "stuck";
  }
  if (task && task.step !== report.nextAction) return "stuck";
  return Math.max(report.at, report.nextActionAt ?? report.at) >= -1 ? "waiting" : "stuck";
}

function withoutReceiver(world: World, end: ReportRow): string {
  if (end.nextAction !== null && end.nextAction !== "none") return workOutcome(world, end);
  return end.writtenBy === "convert" ? "rejected" : "unrouted";
}

/** No edge leaves the item: it waits with its submission, or it was lost when the file was taken apart. */
function neverLeft(world: World, root: ReportRow): string {
  const hasChildren =
    world.edges.some((edge) => edge.parent === root.id) || world.links.some((link) => link.parent === root.id);
  const task = world.tasks.find((row) => row.report === root.id);
  if (hasChildren || task?.step === "none") return "rejected";
  return workOutcome(world, root);
}
