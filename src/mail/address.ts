/** A plain address, checked, or why it is none. */
export type ReadAddress = { address: string } | { fault: string };

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

/**
 * Reads one address and nothing else: `local@domain` in ASCII, at most 254 characters. Whatever a mail library might
 * take for more than one address, or for something else than it looks like, is refused: display names, groups, comments,
 * quoted local parts, lists, address literals, line ends, and letters beyond ASCII (a domain is written in its xn-- form).
 * The domain is given back in lower case, since it is the same in any.
 */
export function readAddress(text: unknown): ReadAddress {
  if (typeof text !== "string") return { fault: "an address is no text" };
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  const refuse = (why: string): ReadAddress => ({ fault: `the address ${shown} ${why}` });
  if (text.length > 254) return refuse("is longer than 254 characters");
  if (/[^\u0021-\u007e]/.test(text)) return refuse("holds blanks, control characters or letters beyond ASCII");
  const at = text.lastIndexOf("@");
  if (at < 1) return refuse("has no local part or no @");
  const local = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase();
  if (local.length > 64) return refuse("has a local part of more than 64 characters");
  if (!LOCAL.test(local)) return refuse("is not one plain address");
  const labels = domain.split(".");
  if (labels.length < 2 || !labels.every((label) => label.length <= 63 && LABEL.test(label))) {
    return refuse("has a domain that is none");
  }
  if (/^\d+$/.test(labels.at(-1) ?? "")) return refuse("has a number where its domain should be");
  return { address: `${local}@${domain}` };
}

/** What tells whether two addresses are the same mailbox, as far as anybody but its server can know. */
export function sameMailbox(address: string): string {
  return address.toLowerCase();
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
