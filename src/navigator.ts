/**
 * Node 20 has no `navigator`, later versions have. Where there is none, pg makes a `Response` to see whether it runs in a
 * Cloudflare worker, for which Node loads all of `fetch`: some 20 ms and 4 MB of each command that opens a database.
 */
if (!("navigator" in globalThis)) {
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js/20" }, configurable: true });
}

export {};
