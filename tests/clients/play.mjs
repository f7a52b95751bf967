/**
 * What every client here does, whatever its library. It is started with one argument, JSON: `{urls, pipelineId}` with
 * `{email, password}` to log in by, or with `{token}`. It draws the board, follows it whatever happens, and obeys the
 * lines of its standard input until that ends. All that happens is told on standard output, one JSON object a line:
 *
 *     {"board", "cursor"}                 it has drawn the board
 *     {"lost"}                            there is no such board; it asks again from time to time
 *     {"begins"}                          the cursor after which graphql-ws or graphql-sse subscribes, at each try
 *     {"event", "own", "board", "cursor"} an event, whether this client caused it, and the board after it
 *     {"answer"}                          what a mutation answered
 *     {"ended": [codes]}                  the stream is over, and why; unless the session is, it begins anew
 *     {"opened"}, {"closed", "reason"}    what becomes of the WebSocket of graphql-ws
 *     {"pong"}                            the server has answered a ping of graphql-ws
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Board } from "./board.mjs";

/** What this client was started with. */
export const given = JSON.parse(process.argv[2]);

/** The next of the servers, as a load balancer chooses. */
export const server = () => given.urls[turn++ % given.urls.length];
let turn = 0;

/** Tell the test. */
export const report = (what) => process.stdout.write(JSON.stringify(what) + "\n");

/** A pause before the next try; a real client lets it grow. */
export const pause = () => setTimeout(50);

/** Close codes after which no new try with the same token can succeed. */
export const SESSION_OVER = [4403, 4410, 4411];

/** The same with the codes of event streams. */
const FINAL = [...SESSION_OVER, "SESSION_EXPIRED", "SESSION_ENDED"];

/** No answer has come in time. */
const LATE = "LATE";

/** What a new try may mend: the database is away, or the network has lost something. */
const PASSING = ["UNAVAILABLE", LATE];

/** How long it waits for the answer to a query, in milliseconds. */
const ANSWER_MS = 5000;

/** How long until it asks again for a board that is not there, in milliseconds. */
const LOST_MS = 500;

/** The document of an operation, with the fragments that it needs, each from the file of its name. */
export function document(name) {
  const parts = new Map();
  const add = (part) => {
    if (part === "on" || parts.has(part)) return;
    parts.set(part, readFileSync(new URL(`../../schema/operations/${part}.graphql`, import.meta.url), "utf8"));
    for (const [, fragment] of parts.get(part).matchAll(/\.\.\.(\w+)/g)) add(fragment);
  };
  add(name);
  return [...parts.values()].join("\n");
}

/**
 * Play one client:
 *
 * - `logIn(input)` opens a session;
 * - `ask(name, variables)` runs a query or a mutation of schema/operations and resolves to its data;
 * - `follow(board, {begins, result, ended})` subscribes to the board's events from `board.cursor` on, again after every
 *   lost connection, and returns how to stop;
 * - `close()` lets go of what is open.
 */
export async function play({ logIn, ask, follow, close = () => {} }) {
  const { email, password, token, pipelineId } = given;
  if (!token) await logIn({ email, password });
  const board = new Board();
  const sent = new Set();
  const failed = [];
  let over = false;
  let stop = () => {};
  // One thing after the other: while the board is drawn anew, events that come have to wait.
  let before = Promise.resolve();
  const inTurn = (step) => (before = before.then(step));

  const draw = async () => {
    const found = await insist(() => ask("Board", { pipelineId, first: 200 }));
    if (over) return;
    if (found.board) {
      board.draw(found.board);
      return report({ board: board.shown(), cursor: board.cursor });
    }
    report({ lost: true });
    await setTimeout(LOST_MS);
    await draw();
  };
  const begin = () => {
    stop = follow(board, {
      begins: (after) => inTurn(() => report({ begins: after })),
      result: (result) => inTurn(() => show(result)),
      ended: (why) => inTurn(() => end(codesOf(why))),
    });
  };
  const show = async ({ data, errors }) => {
    failed.push(...(errors ?? []).map(codeOf));
    if (!data || over) return;
    const event = data.boardEvents;
    if (board.apply(event)) await draw();
    report({ event, own: sent.has(event.cause.clientMutationId), board: board.shown(), cursor: board.cursor });
  };
  const end = async (why) => {
    const codes = [...failed.splice(0), ...why];
    if (over) return;
    report({ ended: codes });
    if (codes.some((code) => FINAL.includes(code))) return;
    await pause();
    if (codes.includes("NOT_FOUND")) await draw();
    if (!over) begin();
  };

  await draw();
  begin();
  for await (const line of createInterface({ input: process.stdin })) {
    const { name, input } = JSON.parse(line);
    sent.add(input?.clientMutationId);
    report({ answer: await ask(name, { input }) });
  }
  over = true;
  stop();
  close();
}

/** What `ask` resolves to, asked as often as it takes. */
async function insist(ask) {
  for (;;) {
    try {
      return await inTime(ask());
    } catch (error) {
      if (!codesOf(error).some((code) => PASSING.includes(code))) throw error;
      await pause();
    }
  }
}

/**
 * What is asked, unless nothing comes of it in time. A fetch of Node whose connection breaks at the wrong moment may never
 * settle; then nothing would keep this program alive either.
 */
async function inTime(asked) {
  const settled = new AbortController();
  const late = async () => {
    await setTimeout(ANSWER_MS, undefined, { signal: settled.signal });
    throw Object.assign(new Error("no answer"), { code: LATE });
  };
  try {
    return await Promise.race([asked, late()]);
  } finally {
    settled.abort();
  }
}

const codeOf = (error) => error.extensions?.code ?? String(error);

/** Why a stream ended: codes of GraphQL errors, a WebSocket's close code, or nothing. */
function codesOf(why) {
  const errors = why?.graphQLErrors?.length ? why.graphQLErrors : (why?.errors ?? why);
  if (Array.isArray(errors)) return errors.map(codeOf);
  if (!why) return [];
  return [why.code ?? why.networkError?.code ?? String(why)];
}
