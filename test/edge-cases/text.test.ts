import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { TEXT } from "./text.ts";

describe("text and JSON", () => testCases(TEXT));
