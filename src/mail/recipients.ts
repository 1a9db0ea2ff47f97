import { domainOf, readAddress, sameMailbox } from "./address.ts";

export interface RecipientRules {
  /** Domains that may be written to, each with its subdomains only where it begins with a dot; empty for any. */
  allowedDomains: readonly string[];
  /** Addresses that want no mail. */
  optOut: readonly string[];
  /** For staging: everything goes here, and nowhere else. */
  redirectAllTo: string | undefined;
}

/** Who gets a mail; or why the organization gets none. */
export type Recipients =
  | { to: readonly string[]; optedOut: readonly string[]; redirectedFrom: readonly string[] }
  | { fault: string }
  | { skip: string };

/**
 * Checks an organization's addresses. One that is wrong fails the organization, and names it: a list of which a part was
 * left out in silence would look complete. Every list is checked in full before anything is redirected, so that staging finds the same faults.
 */
export function checkRecipients(addresses: readonly string[], rules: RecipientRules): Recipients {
  if (addresses.length === 0) return { skip: "no recipients" };
  const optOut = new Set(rules.optOut.map(sameMailbox));
  const to: string[] = [];
  const optedOut: string[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const text of addresses) {
    const read = readAddress(text);
    if ("fault" in read) {
      faults.push(read.fault);
      continue;
    }
    const { address } = read;
    if (seen.has(sameMailbox(address))) continue;
    seen.add(sameMailbox(address));
    if (!isAllowed(domainOf(address), rules.allowedDomains)) {
      faults.push(`the address ${address} is of no domain in mail.allowedDomains`);
    } else if (optOut.has(sameMailbox(address))) optedOut.push(address);
    else to.push(address);
  }
  if (faults.length > 0) return { fault: faults.join("; ") };
  if (to.length === 0) return { skip: "every recipient has opted out" };
  if (rules.redirectAllTo === undefined) return { to, optedOut, redirectedFrom: [] };
  const staging = readAddress(rules.redirectAllTo);
  if ("fault" in staging) return { fault: staging.fault };
  return { to: [staging.address], optedOut, redirectedFrom: to };
}

function isAllowed(domain: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((entry) => {
    const name = entry.toLowerCase();
    return name.startsWith(".") ? domain === name.slice(1) || domain.endsWith(name) : domain === name;
  });
}
