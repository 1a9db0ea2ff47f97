import { reportIdOf } from "../outcome/attempt.ts";
import type { Catalogue } from "../source/catalogue.ts";
import { chunksOf, query } from "../source/row-stream.ts";
import type { Snapshot } from "../source/snapshot.ts";
import { formatInstant, type Micros } from "../time/instant.ts";
import { type Asked, type AskedGroup, asNumber, isUuid, uuidsIn } from "./asked.ts";
import type { InfoReader, ReportInfo } from "./report-info.ts";

/** A row that an id fits. */
export type Candidate =
  | { kind: "report"; reportId: string; is: string }
  /** `index` as stored; null where the row names none. */
  | { kind: "item"; reportId: string; index: number | null; source: string; is: string }
  /** A request that left no report. */
  | { kind: "request"; actionId: number; is: string };

/** What was found for one id. */
export interface Found {
  asked: Asked;
  candidates: Candidate[];
  /** How many rows there are, of which the candidates are some. */
  fits: number;
  searched: string[];
  /** What was found short of an answer; "" for nothing. */
  note: string;
}

/** Rows that are looked at for one id: what fits more than this has to be named otherwise. */
const MOST_ROWS = 500;
const MOST_NAMES = 50;

const MESSAGE_PLACES = [
  "item_lineage.tracking_id",
  "action_log.tracking_id",
  "covid_result_metadata.message_id",
  "elr_result_metadata.message_id",
];

/**
 * Finds what ids are. Everything that has an index is looked up for every id, so that an id that is
 * two things is seen to be; names have none, and are searched, from `since` on, only for what
 * nothing else knew.
 */
export class Finder {
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #infos: InfoReader;
  readonly #since: Micros;
  /** Whether any name had to be searched. */
  searchedNames = false;

  constructor(snapshot: Snapshot, catalogue: Catalogue, infos: InfoReader, since: Micros) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
    this.#infos = infos;
    this.#since = since;
  }

  /** What each id is, in the order asked. */
  async find(groups: readonly AskedGroup[]): Promise<Found[]> {
    const parts = groups.flatMap((group) => group.parts);
    const wholes = groups.filter((group) => group.parts.length > 1).map((group) => group.whole);
    const founds = new Map<Asked, Found>();
    for (const asked of [...parts, ...wholes]) {
      founds.set(asked, { asked, candidates: [], fits: 0, searched: [], note: "" });
    }
    const all = [...founds.values()];
    await this.#reports(all);
    await this.#submissions(all);
    await this.#messages(all);
    await this.#namesWithIds(all);
    await this.#names(all);
    return groups.flatMap(({ whole, parts: cut }) => {
      const asWhole = cut.length > 1 ? founds.get(whole) : undefined;
      const asked = asWhole && asWhole.candidates.length > 0 ? [whole] : cut;
      return asked.map((one) => founds.get(one) as Found);
    });
  }

  async #reports(founds: readonly Found[]): Promise<void> {
    const asked = founds.filter(({ asked: { as, term } }) => isUuid(term) && (as === undefined || as === "report"));
    await this.#infos.read(asked.map(({ asked: { term } }) => term));
    for (const found of asked) {
      found.searched.push("report_file.report_id");
      const info = this.#infos.get(found.asked.term);
      if (info) add(found, { kind: "report", reportId: info.reportId, is: "the id of a report" });
    }
  }

  async #submissions(founds: readonly Found[]): Promise<void> {
    const asked = founds.filter(({ asked: { as } }) => as === undefined || as === "submission");
    const numbers = new Map<number, Found[]>();
    for (const found of asked) {
      const number = asNumber(found.asked.term);
      if (number !== undefined) numbers.set(number, [...(numbers.get(number) ?? []), found]);
    }
    if (numbers.size === 0) return;
    const ids = [...numbers.keys()];
    const actions = await this.#infos.actions(ids);
    const byAction = new Map<number, ReportInfo[]>();
    for (const info of await this.#infos.ofActions(ids)) {
      byAction.set(info.actionId, [...(byAction.get(info.actionId) ?? []), info]);
    }
    for (const [number, of] of numbers) {
      for (const found of of) {
        found.searched.push("action.action_id");
        const action = actions.get(number);
        if (action) this.#ofAction(found, action.actionId, action, byAction.get(number) ?? []);
      }
    }
  }

  #ofAction(
    found: Found,
    actionId: number,
    action: { name: string; httpStatus: number | null; params: string | null; result: string | null },
    written: readonly ReportInfo[],
  ): void {
    const roots = written.filter(({ sender }) => sender.key !== "");
    const is = roots.length > 0 ? "the number of a submission" : `the number of an action (${action.name})`;
    const reports = roots.length > 0 ? roots : written;
    for (const { reportId } of reports) add(found, { kind: "report", reportId, is });
    if (reports.length > 0) return;
    if (action.name === "receive" && (action.httpStatus ?? 0) >= 400) {
      add(found, { kind: "request", actionId, is: "the number of a rejected request" });
      return;
    }
    const about = reportIdOf(action.params, action.result);
    if (about !== "") add(found, { kind: "report", reportId: about, is: `the number of an action (${action.name})` });
    else found.note = `action ${actionId} is a "${action.name}" that left no report`;
  }

  async #messages(founds: readonly Found[]): Promise<void> {
    const asked = founds.filter(({ asked: { as } }) => as === undefined || as === "message");
    const byId = new Map<string, Found[]>();
    for (const found of asked) {
      found.searched.push(...MESSAGE_PLACES);
      // An id is stored as its sender spelled it.
      const spelled = found.asked.as === undefined ? found.asked.text : found.asked.text.replace(/^\w+:\s*/, "");
      for (const id of new Set([spelled, found.asked.term])) byId.set(id, [...(byId.get(id) ?? []), found]);
    }
    const is = "the id of a message";
    for (const ids of chunksOf([...byId.keys()], 1000)) {
      const { rows } = await query(this.#snapshot, this.#catalogue.find("trace-messages"), {
        ids: [...ids],
        most: MOST_ROWS,
      });
      for (const [id, source, reportId, index, actionId] of rows) {
        for (const found of byId.get(String(id)) ?? []) {
          if (reportId === null) add(found, { kind: "request", actionId: Number(actionId), is });
          else {
            const place = { reportId: String(reportId), index: index as number | null, source: String(source) };
            add(found, { kind: "item", ...place, is });
          }
        }
      }
    }
  }

  /** Names mostly hold the id of the file they were made for, which spares the search. Source: FileNameTemplate.kt. */
  async #namesWithIds(founds: readonly Found[]): Promise<void> {
    const open = founds.filter(
      ({ asked, candidates }) => isNameOpen(asked, candidates) && uuidsIn(asked.term).length > 0,
    );
    if (open.length === 0) return;
    const named = open.flatMap(({ asked }) => uuidsIn(asked.term));
    await this.#infos.read(named);
    const { rows } = await query(this.#snapshot, this.#catalogue.find("trace-links"), {
      parents: [...new Set(named)],
      most: MOST_ROWS,
    });
    const children = new Map<string, string[]>();
    for (const [parent, child] of rows) {
      children.set(String(parent), [...(children.get(String(parent)) ?? []), String(child)]);
    }
    await this.#infos.read([...children.values()].flat());
    for (const found of open) {
      const reports = uuidsIn(found.asked.term).flatMap((id) => [id, ...(children.get(id) ?? [])]);
      for (const reportId of reports) {
        const info = this.#infos.get(reportId);
        if (info && hasName(info, found.asked.term)) add(found, { kind: "report", reportId, is: "the name of a file" });
      }
      if (found.candidates.length > 0) found.searched.push("the reports that the name tells");
    }
  }

  async #names(founds: readonly Found[]): Promise<void> {
    const open = founds.filter(({ asked, candidates }) => isNameOpen(asked, candidates));
    if (open.length === 0) return;
    this.searchedNames = true;
    const byName = new Map<string, Found[]>();
    for (const found of open) {
      const since = formatInstant(this.#since);
      found.searched.push(
        `report_file.external_name and body_url since ${since}`,
        `action.external_name since ${since}`,
      );
      for (const name of new Set([found.asked.term, encodeURIComponent(found.asked.term)])) {
        byName.set(name, [...(byName.get(name) ?? []), found]);
      }
    }
    const { rows } = await query(this.#snapshot, this.#catalogue.find("trace-names"), {
      names: [...byName.keys()],
      from: this.#since,
      most: MOST_NAMES,
    });
    for (const [name, source, reportId, actionId, , count] of rows) {
      for (const found of byName.get(String(name)) ?? []) {
        found.fits = Math.max(found.fits, Number(count));
        const is = source === "request" ? "the name of a rejected request's file" : "the name of a file";
        if (reportId === null) add(found, { kind: "request", actionId: Number(actionId), is });
        else add(found, { kind: "report", reportId: String(reportId), is });
      }
    }
    await this.#infos.read(
      open.flatMap(({ candidates }) => candidates.flatMap((one) => (one.kind === "report" ? [one.reportId] : []))),
    );
    for (const found of open) this.#fallBack(found);
  }

  /** A name that nothing has, though it tells a report. */
  #fallBack(found: Found): void {
    if (found.candidates.length > 0) return;
    for (const reportId of uuidsIn(found.asked.term)) {
      if (this.#infos.get(reportId))
        add(found, { kind: "report", reportId, is: "a name that holds the id of a report" });
    }
  }
}

function isNameOpen({ as, term }: Asked, candidates: readonly Candidate[]): boolean {
  if (as === "file") return candidates.length === 0;
  return as === undefined && candidates.length === 0 && !isUuid(term);
}

function add(found: Found, candidate: Candidate): void {
  const same = found.candidates.some((known) => JSON.stringify(known) === JSON.stringify(candidate));
  if (same) return;
  found.candidates.push(candidate);
  found.fits = Math.max(found.fits, found.candidates.length);
}

/** Whether a report has the name, outside of ReportStream or in its storage. */
function hasName({ fileName, blob }: ReportInfo, name: string): boolean {
  const last = (path: string): string =>
    path
      .split("?")[0]
      .split(/\/|%2F/i)
      .at(-1) ?? "";
  return fileName === name || last(fileName) === name || last(blob) === name;
}
