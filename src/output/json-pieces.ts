/**
 * An object as JSON in pieces, together the same as `JSON.stringify(value, null, 1)` and a line break: a member at a time, and lists an
 * element at a time, so that a summary with many thousand rows is never one text in memory.
 *
 * @param value a plain object; members that are undefined are left out
 */
export function* jsonPieces(value: object): Generator<string> {
  let before = "{";
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}\n ${JSON.stringify(key)}: `;
    before = ",";
    if (Array.isArray(member) && member.length > 0) yield* listPieces(member);
    else yield indented(JSON.stringify(member, null, 1), "\n ");
  }
  yield before === "{" ? "{}\n" : "\n}\n";
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  let before = "[";
  for (const element of list) {
    yield `${before}\n  ${indented(JSON.stringify(element ?? null, null, 1), "\n  ")}`;
    before = ",";
  }
  yield "\n ]";
}

/** JSON has line breaks between its tokens only. */
function indented(json: string, lineBreak: string): string {
  return json.replaceAll("\n", lineBreak);
}
