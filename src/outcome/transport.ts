/**
 * The type of the transport that handed a file over, from the transport setting as it was printed
 * into the row, or from the result's wording; "" where neither tells. Both texts hold hosts, paths
 * and key material: only the type may be shown.
 *
 * Source: TransportType.kt (names of the classes), transport/*.kt (wording of the results).
 */
export function transportOf(params: string | null, result: string | null): string {
  const named = /^\s*([A-Za-z0-9]+?)TransportType\b/.exec(params ?? "");
  if (named) return named[1].toUpperCase();
  const text = result ?? "";
  for (const [pattern, transport] of WORDINGS) if (pattern.test(text)) return transport;
  return "";
}

const WORDINGS: readonly (readonly [RegExp, string])[] = [
  [/Null Transport/i, "NULL"],
  [/sftp upload/i, "SFTP"],
  [/REST transport/i, "REST"],
  [/SOAP transport/i, "SOAP"],
  [/exposure notifications/i, "GAEN"],
  [/Successfully copied/i, "BLOBSTORE"],
  [/Successful upload of/i, "AS2"],
];

/** The last part of a file name that is a URL: a BLOBSTORE's name tells its storage account. */
export function shownFileName(name: string, transport: string): string {
  if (transport !== "BLOBSTORE" && !/^[a-z]+:\/\//i.test(name)) return name;
  const path = name.split(/[?#]/, 1)[0];
  const last = path.split(/\/|%2F/i).pop() ?? "";
  return last === "" ? path : last;
}
