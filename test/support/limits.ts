import { parseConfig } from "../../src/config/parse.ts";
import type { Limits } from "../../src/outcome/limits.ts";
import { limitsOf } from "../../src/run/limits-of.ts";

const { config, errors } = parseConfig({ flags: {}, env: {}, cwd: "/" });
if (!config) throw new Error(`the defaults alone are no configuration: ${errors.join("; ")}`);

/** The limits of a configuration that sets nothing. */
export const DEFAULT_LIMITS: Limits = limitsOf(config);
