import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { SENDING } from "./sending.ts";

describe("counting sends", () => testCases(SENDING));
