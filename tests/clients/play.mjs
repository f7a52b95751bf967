/**
 * What every client here does, whatever its library. It is started with one argument,
 * `{url, email, password, pipelineId}` as JSON, and logs in, draws the board, follows it, and obeys the lines of its
 * standard input until that ends. All that happens is told on standard output, one JSON object a line:
 *
 *     {"board"}                        it has drawn the board
 *     {"event", "own", "board"}        an event, whether this client caused it, and the board after it
 *     {"answer"}                       what a mutation answered
 *     {"ended": [codes]}               the stream is over for good, and why
 *     {"opened"}, {"closed", "reason"} what becomes of the WebSocket of graphql-ws
 *     {"pong"}                         the server has answered a ping of graphql-ws
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Board } from "./board.mjs";

/** What this client was started with. */
export const given = JSON.parse(process.argv[2]);

/** Tell the test. */
export const report = (what) => process.stdout.write(JSON.stringify(what) + "\n");

/** A pause before the next try; a real client lets it grow. */
export const pause = () => setTimeout(50);

/** Close codes after which no new try with the same token can succeed. */
export const SESSION_OVER = [4403, 4410, 4411];

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
 * - `follow(board, {result, ended})` subscribes to the board's events from `board.cursor` on, again after every lost
 *   connection, and returns how to stop;
 * - `close()` lets go of what is open.
 */
export async function play({ logIn, ask, follow, close = () => {} }) {
  const { email, password, pipelineId } = given;
  await logIn({ email, password });
  const board = new Board();
  const draw = async () => board.draw((await ask("Board", { pipelineId })).board);
  await draw();
  report({ board: board.shown() });

  const sent = new Set();
  const failed = [];
  // One event after the other: while the board is drawn anew, those that come have to wait.
  let before = Promise.resolve();
  const inTurn = (step) => (before = before.then(step));
  const show = async ({ data, errors }) => {
    failed.push(...(errors ?? []).map(codeOf));
    if (!data) return;
    const event = data.boardEvents;
    if (board.apply(event)) await draw();
    report({ event, own: sent.has(event.cause.clientMutationId), board: board.shown() });
  };
  const stop = follow(board, {
    result: (result) => inTurn(() => show(result)),
    ended: (why) => inTurn(() => report({ ended: [...failed, ...codesOf(why)] })),
  });

  for await (const line of createInterface({ input: process.stdin })) {
    const { name, input } = JSON.parse(line);
    sent.add(input?.clientMutationId);
    report({ answer: await ask(name, { input }) });
  }
  stop();
  close();
}

const codeOf = (error) => error.extensions?.code ?? String(error);

/** Why a stream ended: codes of GraphQL errors, a WebSocket's close code, or nothing. */
function codesOf(why) {
  const errors = why?.graphQLErrors?.length ? why.graphQLErrors : (why?.errors ?? why);
  if (Array.isArray(errors)) return errors.map(codeOf);
  if (!why) return [];
  return [why.code ?? why.networkError?.code ?? String(why)];
}
