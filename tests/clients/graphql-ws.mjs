/** graphql-ws: everything over one WebSocket. Its own retries carry the newest cursor. */
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { document, given, pause, play, report, server, SESSION_OVER } from "./play.mjs";

let token = given.token;
const client = createClient({
  url: () => `${server().replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: () => (token ? { authorization: `Bearer ${token}` } : {}),
  keepAlive: 100,
  retryAttempts: Infinity,
  retryWait: pause,
  shouldRetry: ({ code }) => !SESSION_OVER.includes(code),
  on: {
    connected: () => report({ opened: true }),
    closed: ({ code, reason }) => report({ closed: code, reason }),
    pong: (received) => received && report({ pong: true }),
  },
});

async function ask(name, variables) {
  for await (const { data, errors } of client.iterate({ query: document(name), variables })) {
    if (errors) throw new AggregateError(errors, JSON.stringify(errors));
    return data;
  }
}

await play({
  ask,
  logIn: async (input) => (token = (await ask("Login", { input })).login.token),
  follow: (board, { begins, result, ended }) => {
    const variables = {
      pipelineId: given.pipelineId,
      // Read whenever the subscription is sent, which is after each reconnection.
      get after() {
        begins(board.cursor);
        return board.cursor;
      },
    };
    const sink = { next: result, error: ended, complete: ended };
    return client.subscribe({ query: document("BoardEvents"), variables }, sink);
  },
});
