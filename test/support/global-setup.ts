import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/embedded/server.ts";
import { compileProgram } from "./compile.ts";
import { type Fixture, prepareServer } from "./server-fixture.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: Fixture;
  }
}

/** Some tests open fifty connections and more, beside those of another file. */
const SETTINGS = { max_connections: "300" };

/** Once for the whole run: the program compiled, one Postgres, a template database and a role that only reads. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const [server] = await Promise.all([
    given ? undefined : startEmbeddedPostgres({ settings: SETTINGS }),
    compileProgram(),
  ]);
  try {
    const prepared = await prepareServer(server?.url ?? given ?? "", {
      keep: Boolean(given && process.env.KEEP_TEST_DATABASES),
    });
    project.provide("postgres", prepared.fixture);
    return async () => {
      await prepared.remove();
      await server?.stop();
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}
