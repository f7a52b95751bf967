/**
 * eventsource: a browser's EventSource. It has the session cookie, sends no header of its own, and after a cut connects
 * again by itself, with the id of the last event.
 */
import { EventSource } from "eventsource";
import { document, given, play, server } from "./play.mjs";

let cookie = "";

/** What a browser adds to the requests of the server's own pages. */
const asBrowser = (url, init) => {
  const headers = { ...init.headers, cookie, "sec-fetch-site": "same-origin" };
  return fetch(url, { ...init, headers });
};

async function post(name, variables) {
  const answer = await asBrowser(`${server()}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-stageline-csrf": "1" },
    body: JSON.stringify({ query: document(name), variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new AggregateError(errors, JSON.stringify(errors));
  return { data, set: answer.headers.getSetCookie() };
}

await play({
  ask: async (name, variables) => (await post(name, variables)).data,
  logIn: async (input) => {
    const { set } = await post("Login", { input: { ...input, cookie: true } });
    cookie = set[0].split(";")[0];
  },
  follow: (board, { result, ended }) => {
    const url = new URL(`${server()}/graphql/stream`);
    url.searchParams.set("query", document("BoardEvents"));
    url.searchParams.set("variables", JSON.stringify({ pipelineId: given.pipelineId, after: board.cursor }));
    const source = new EventSource(url, { fetch: asBrowser });
    source.addEventListener("next", ({ data }) => result(JSON.parse(data)));
    // It would connect again, for ever, after the stream's own end as well.
    source.addEventListener("complete", () => {
      source.close();
      ended();
    });
    source.addEventListener("error", ({ code }) => code && ended({ code }));
    return () => source.close();
  },
});
