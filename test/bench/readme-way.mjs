// The export as the READMEs of pg-query-stream and csv-stringify show it: what the program's own is compared with.
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { stringify } from "csv-stringify";
import pg from "pg";
import QueryStream from "pg-query-stream";

const [text, file] = process.argv.slice(2);
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await pipeline(client.query(new QueryStream(text)), stringify({ header: true }), createWriteStream(file));
await client.end();
