/** One filter, or a part of one: where it stands, and its expression as written. */
export interface Filter {
  /** The kind, such as `jurisdictional`; an organization's begins with the topic. */
  kind: string;
  expression: string;
}

/** Members of a setting that hold filters, and what they are called here, in the order of the pipeline. */
const KINDS: readonly (readonly [member: string, kind: string])[] = [
  ["jurisdictionalFilter", "jurisdictional"],
  ["qualityFilter", "quality"],
  ["routingFilter", "routing"],
  ["routingFilters", "routing"],
  ["processingModeFilter", "processing mode"],
  ["conditionFilter", "condition"],
  ["mappedConditionFilter", "mapped condition"],
];

/** The filters of a receiver. What is not written as ReportStream writes it is left out. */
export function receiverFilters(members: unknown): Filter[] {
  if (!isObject(members)) return [];
  const filters = KINDS.flatMap(([member, kind]) => {
    const reversed = member === "qualityFilter" && members.reverseTheQualityFilter === true;
    return expressions(members[member]).map((expression) => {
      return { kind: reversed ? "quality (reversed)" : kind, expression };
    });
  });
  return filters;
}

/** The filters that an organization sets for all of its receivers of a topic; only the older pipeline heeds them. */
export function organizationFilters(list: unknown): Filter[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((members) =>
    receiverFilters(members).map(({ kind, expression }) => ({
      kind: `${typeof members.topic === "string" ? members.topic : "no topic"} ${kind}`,
      expression,
    })),
  );
}

/** `2 jurisdictional, 1 processing mode`; empty for none. */
export function countFilters(filters: readonly Filter[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of filters) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** Texts as they are; `{type, value}` of a mapped condition, and the named expressions of a routing filter. */
function expressions(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry) => {
    if (typeof entry === "string") return [entry];
    if (!isObject(entry)) return [];
    if (Array.isArray(entry.filterExpressions)) {
      const name = typeof entry.filterName === "string" ? `${entry.filterName}: ` : "";
      return entry.filterExpressions.filter((text) => typeof text === "string").map((text) => name + text);
    }
    if (typeof entry.type === "string" && typeof entry.value === "string") return [`${entry.type} ${entry.value}`];
    return [];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
