/** graphql-sse: everything over event streams. Its own retries carry the newest cursor, as Last-Event-ID. */
import { createClient } from "graphql-sse";
import { document, given, pause, play } from "./play.mjs";

let token;
let cursor;
const client = createClient({
  url: `${given.url}/graphql/stream`,
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
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

await play({
  ask,
  logIn: async (input) => (token = (await ask("Login", { input })).login.token),
  follow: (board, { result, ended }) => {
    const variables = { pipelineId: given.pipelineId, after: board.cursor };
    const next = (told) => {
      cursor = told.data?.boardEvents.cursor ?? cursor;
      result(told);
    };
    return client.subscribe({ query: document("BoardEvents"), variables }, { next, error: ended, complete: ended });
  },
  close: () => client.dispose(),
});
