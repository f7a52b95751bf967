/**
 * A board as a client draws it: once from the answer to `Board`, and from then on by its events, as the guide for
 * clients says (docs/guides/clients.md, "Keep it right").
 */
export class Board {
  /** Where to go on from. */
  cursor;
  #pipeline;
  #counts = new Map();
  #jobs = new Map();

  /** Throw everything away and draw what `board` answered. */
  draw({ cursor, pipeline, columns }) {
    this.cursor = cursor;
    this.#pipeline = pipeline;
    this.#counts = new Map(columns.map(({ stage, jobCount, overdueCount }) => [stage.id, { jobCount, overdueCount }]));
    this.#jobs = new Map(columns.flatMap(({ jobs }) => jobs.nodes.map((job) => [job.id, job])));
  }

  /** Do what an event says. True: it must be drawn anew. */
  apply({ cursor, changes }) {
    for (const change of changes) this.#apply(change);
    this.cursor = cursor;
    return changes.some(({ __typename }) => __typename === "StreamReset");
  }

  #apply(change) {
    switch (change.__typename) {
      case "JobUpserted":
        return this.#upsert(change.job);
      case "JobRemoved":
        return this.#jobs.delete(change.jobId);
      case "ColumnCountsChanged":
        return this.#counts.set(change.stageId, change);
      case "PipelineChanged":
        return (this.#pipeline = change.pipeline);
      case "AccountChanged":
        return this.#redraw((job) => ({ ...job, account: renewed(job.account, change.account) }));
      case "MemberChanged":
        return this.#redraw((job) => ({ ...job, assignees: byName(job.assignees.map((one) => renewed(one, change.member))) }));
      case "StreamReset":
        return;
      default:
        throw new Error(`no client knows ${change.__typename}`);
    }
  }

  #upsert(job) {
    const drawn = this.#jobs.get(job.id);
    if (!drawn || drawn.version <= job.version) this.#jobs.set(job.id, job);
  }

  #redraw(change) {
    for (const [id, job] of this.#jobs) this.#jobs.set(id, change(job));
  }

  /** All that is on the screen, as plain values. */
  shown() {
    const columns = this.#pipeline.stages.map((stage) => {
      const { jobCount, overdueCount } = this.#counts.get(stage.id) ?? { jobCount: 0, overdueCount: 0 };
      return { stage, jobCount, overdueCount, jobs: this.#column(stage.id) };
    });
    return plain({ pipeline: this.#pipeline, columns });
  }

  #column(stageId) {
    const place = PLACES[this.#pipeline.jobSort];
    const jobs = [...this.#jobs.values()].filter(({ stage }) => stage.id === stageId);
    return jobs.sort((a, b) => compared(place(a), place(b)) || compared(a.rank, b.rank));
  }
}

const PRIORITIES = ["URGENT", "HIGH", "MEDIUM", "LOW"];

/** A time in microseconds: `Date` keeps milliseconds, in which two jobs may have come. */
const micros = (time) => {
  const [, whole, fraction = "", zone] = /^([^.Z+]*)(?:\.(\d+))?(.*)$/.exec(time);
  return BigInt(Date.parse(whole + zone)) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
};

/** By what a column is sorted, before the rank. */
const PLACES = {
  MANUAL: () => 0,
  DUE_DATE: (job) => job.dueDate ?? "never",
  PRIORITY: (job) => PRIORITIES.indexOf(job.priority),
  NAME: (job) => job.name.toLowerCase(),
  ENTERED_STAGE: (job) => micros(job.enteredStageAt),
};

const compared = (a, b) => (a < b ? -1 : Number(a > b));

const byName = (people) =>
  people.sort((a, b) => compared(a.name.toLowerCase(), b.name.toLowerCase()) || compared(a.id, b.id));

const renewed = (drawn, now) => (drawn.id === now.id ? now : drawn);

/** A copy without the `__typename`s that caches add. */
const plain = (value) => JSON.parse(JSON.stringify(value, (key, inner) => (key === "__typename" ? undefined : inner)));
