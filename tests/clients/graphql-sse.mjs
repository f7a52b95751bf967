/** graphql-sse: everything over event streams. Its own retries carry the newest cursor, as Last-Event-ID. */
import { createClient } from "graphql-sse";
import { document, given, pause, play, server } from "./play.mjs";

let token = given.token;
let cursor;
const client = createClient({
  url: () => `${server()}/graphql/stream`,
  // Asked for at each try.
  headers: () => ({
    ...(token && { authorization: `Bearer ${token}` }),
    ...(cursor && { "last-event-id": cursor }),
  }),
  retryAttempts: Infinity,
  retry: pause,
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
    cursor = board.cursor;
    const variables = { pipelineId: given.pipelineId, after: cursor };
    const next = (told) => {
      cursor = told.data?.boardEvents.cursor ?? cursor;
      result(told);
    };
    const sink = { next, error: ended, complete: ended };
    return client.subscribe({ query: document("BoardEvents"), variables }, sink, { connecting: () => begins(cursor) });
  },
  close: () => client.dispose(),
});
