import { readFileSync } from "node:fs";
import { ConfigError } from "../errors.ts";

/**
 * The certificates that SMTP_URL's `ca` names, as PEM; undefined where it names none.
 *
 * @throws ConfigError when they cannot be read
 */
export function readAuthority(file: string | null): string | undefined {
  if (file === null) return undefined;
  let pem: string;
  try {
    pem = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new ConfigError(`SMTP_URL names ${file} as ca, which cannot be read (${code})`, {
      hint: "name a file with the authority's certificate in PEM",
      cause: error,
    });
  }
  // A file without any would mean to Node that nothing is trusted, and each mail would say something else about it.
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new ConfigError(`SMTP_URL names ${file} as ca, which holds no certificate`, {
      hint: "name a file with the authority's certificate in PEM",
    });
  }
  return pem;
}
