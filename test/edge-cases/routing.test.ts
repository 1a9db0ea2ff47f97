import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { ROUTING } from "./routing.ts";

describe("filtering and routing", () => testCases(ROUTING));
