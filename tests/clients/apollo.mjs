/**
 * Apollo Client: queries by fetch into its cache, subscriptions by graphql-ws. It retries nothing itself here: a lost
 * connection is an error of the subscription, and the client subscribes again from the newest cursor.
 */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { defer, map, retry, throwError, timer } from "rxjs";
import WebSocket from "ws";
import { document, given, play, server, SESSION_OVER } from "./play.mjs";

// Apollo looks at the global one, which browsers and newer versions of Node have.
globalThis.WebSocket ??= WebSocket;

let token;
let closed;
const authorization = () => (token ? { authorization: `Bearer ${token}` } : {});
const socket = createClient({
  url: `${server().replace("http", "ws")}/graphql`,
  connectionParams: authorization,
  retryAttempts: 0,
  on: { closed: ({ code }) => (closed = code) },
});
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(socket),
    ApolloLink.from([
      new SetContextLink(({ headers }) => ({ headers: { ...headers, ...authorization() } })),
      new HttpLink({ uri: `${server()}/graphql` }),
    ]),
  ),
});

async function ask(name, variables) {
  const text = document(name);
  const { data } = /^mutation /m.test(text)
    ? await client.mutate({ mutation: gql(text), variables })
    : await client.query({ query: gql(text), variables, fetchPolicy: "network-only" });
  return data;
}

/** What no new try can mend; not that a connection is lost, or cannot be had. */
const isFinal = (error) => SESSION_OVER.includes(closed) || error.errors?.some(({ extensions }) => extensions?.code);

await play({
  ask,
  logIn: async (input) => (token = (await ask("Login", { input })).login.token),
  follow: (board, { result, ended }) => {
    const query = gql(document("BoardEvents"));
    const stream = defer(() => {
      const variables = { pipelineId: given.pipelineId, after: board.cursor };
      return client.subscribe({ query, variables });
    }).pipe(
      map(({ data, error }) => {
        if (error) throw error;
        return { data };
      }),
      retry({ delay: (error) => (isFinal(error) ? throwError(() => error) : timer(50)) }),
    );
    const subscription = stream.subscribe({ next: result, error: (error) => ended(error.errors ? error : { code: closed }), complete: ended });
    return () => subscription.unsubscribe();
  },
  close: () => client.stop(),
});
