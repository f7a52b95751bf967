/**
 * urql: queries by fetch, subscriptions by graphql-ws. A retry sends the variables of the first time again: what was
 * seen before comes once more, and does no harm.
 */
import { createClient } from "graphql-ws";
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "urql";
import WebSocket from "ws";
import { document, given, pause, play, server, SESSION_OVER } from "./play.mjs";

let token;
const authorization = () => (token ? { authorization: `Bearer ${token}` } : {});
const socket = createClient({
  url: `${server().replace("http", "ws")}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: authorization,
  retryAttempts: Infinity,
  retryWait: pause,
  shouldRetry: ({ code }) => !SESSION_OVER.includes(code),
});
const client = new Client({
  url: `${server()}/graphql`,
  fetchOptions: () => ({ headers: authorization() }),
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? "" }, sink) }),
      }),
    }),
  ],
});

async function ask(name, variables) {
  const text = document(name);
  const request = /^mutation /m.test(text)
    ? client.mutation(text, variables)
    : client.query(text, variables, { requestPolicy: "network-only" });
  const { data, error } = await request.toPromise();
  if (error) throw error;
  return data;
}

await play({
  ask,
  logIn: async (input) => (token = (await ask("Login", { input })).login.token),
  follow: (board, { result, ended }) => {
    const variables = { pipelineId: given.pipelineId, after: board.cursor };
    const stream = client.subscription(document("BoardEvents"), variables);
    return stream.subscribe(({ data, error }) => (error ? ended(error) : result({ data }))).unsubscribe;
  },
});
