/** So many elements of a list are printed at once. */
const AT_ONCE = 100;

/**
 * An object as JSON in pieces, together the same as `JSON.stringify(value, null, 1)` and a line break: a member at a time, and lists some
 * elements at a time, so that a summary with many thousand rows is never one text in memory. Each piece is printed inside of what is
 * around it and cut out of that, so that it is indented at once.
 *
 * @param value a plain object; members that are undefined are left out
 */
export function* jsonPieces(value: object): Generator<string> {
  let before = "{";
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (Array.isArray(member) && member.length > 0) {
      yield `${before}\n ${JSON.stringify(key)}: `;
      yield* listPieces(member);
    } else {
      yield before + JSON.stringify({ [key]: member }, null, 1).slice("{".length, -"\n}".length);
    }
    before = ",";
  }
  yield before === "{" ? "{}\n" : "\n}\n";
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  let before = "[";
  for (let at = 0; at < list.length; at += AT_ONCE) {
    const inside = [list.slice(at, at + AT_ONCE)];
    yield before + JSON.stringify(inside, null, 1).slice("[\n [".length, -"\n ]\n]".length);
    before = ",";
  }
  yield "\n ]";
}
