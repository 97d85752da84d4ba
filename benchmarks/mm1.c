/* The M/M/1 scenario of mm1.yaml, written by hand: what the engines do with it, and nothing that it has no use for.
 *
 * The same algorithm as the compiled engine's: a binary heap keyed by time and insertion number for what is to come, a
 * queue for starts and one for events without delay; one line of waiting tasks; every draw a Philox number of its own
 * address (sim/core/draws.py); a row of 64 bytes for everything that happens. The log is byte for byte the reference's,
 * ties included, which the benchmark asserts by hash. What the scenario does not have is left out: no strategies but
 * standing, no leaks, no calendar but the flat one, no task kinds to draw among, no failures. What is known to be small
 * is not checked for room: at most an arrival and an end lie in the heap.
 *
 * FAULT lets starts come last in their tick, the latest first; the log must then differ, or the hash proves nothing.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { TASK_STARTED = 1, TASK_ENDED = 2, ISSUED = 4, NEEDED = 11, IDLE = 12, USED = 13 };
enum { ATTRIBUTABLE = 2 };
enum { ARRIVAL = 1, DURATION = 6 };
enum { STARTED, ARRIVED, BEGUN, GRANTED, THOUGHT, DONE, RELEASED };
enum { CHUNK = 16384, ROOM = 64 };
#define FOREVER ((int64_t)1 << 62)
#define LATEST ((double)(FOREVER >> 1))
#define HOUR 3600000000.0
#define WEEK 604800000000.0

typedef struct {
    int64_t at, was, until;
    int32_t kind, flags, agent, task, step, attempt, credential, other, intrusion, edge;
} Row;

typedef struct {
    int64_t at, order; /* order: of insertion */
    int32_t what, task;
} Event;

typedef struct {
    uint32_t seed, replication;
    int64_t horizon;
    double gap, service; /* means, in ticks */
} Setup;

typedef void (*Sink)(const Row *rows, int64_t count);

typedef struct {
    Setup setup;
    Sink sink;
    Row *rows;
    int64_t filled, written, now;
    Event heap[ROOM], soon[ROOM], urgent[ROOM]; /* to come; without delay; starts */
    int64_t size, soon_head, soon_tail, urgent_head, urgent_tail, inserted;
    int32_t *line; /* waiting tasks, a ring */
    int64_t head, waiting, places;
    int busy;
    int64_t needed_since;
    int needed;
    double worked;
    int32_t arrived;
} Run;

static double draw(const Setup *s, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
    uint32_t k0 = s->seed, k1 = s->replication;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return ((double)((uint64_t)c0 << 20 | c1 >> 12) + 0.5) * 0x1p-52;
}

static double exponential(double mean, double u) {
    double value = -mean * log1p(-u);
    return value < 0.0 ? 0.0 : value > LATEST ? LATEST : value;
}

static int before(const Event *a, const Event *b) {
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void starts(Run *r, int32_t what, int32_t task) {
    r->urgent[r->urgent_tail++ & (ROOM - 1)] = (Event){r->now, 0, what, task};
}

static void later(Run *r, int64_t delay, int32_t what, int32_t task) {
    Event event = {r->now + delay, r->inserted++, what, task};
    if (delay == 0) {
        r->soon[r->soon_tail++ & (ROOM - 1)] = event;
        return;
    }
    int64_t hole = r->size++;
    while (hole > 0) {
        int64_t above = (hole - 1) >> 1;
        if (!before(&event, &r->heap[above])) break;
        r->heap[hole] = r->heap[above];
        hole = above;
    }
    r->heap[hole] = event;
}

static Event pop(Run *r) {
    Event top = r->heap[0], last = r->heap[--r->size];
    int64_t hole = 0, below;
    while ((below = 2 * hole + 1) < r->size) {
        if (below + 1 < r->size && before(&r->heap[below + 1], &r->heap[below])) below++;
        if (!before(&r->heap[below], &last)) break;
        r->heap[hole] = r->heap[below];
        hole = below;
    }
    r->heap[hole] = last;
    return top;
}

/* The next event before the horizon; 0 if there is none. */
static int next_event(Run *r, Event *event) {
#ifdef FAULT
    if (r->urgent_head != r->urgent_tail && r->soon_head == r->soon_tail) {
        *event = r->urgent[--r->urgent_tail & (ROOM - 1)];
#else
    if (r->urgent_head != r->urgent_tail) {
        *event = r->urgent[r->urgent_head++ & (ROOM - 1)];
#endif
    } else if (r->soon_head != r->soon_tail) {
        Event *first = &r->soon[r->soon_head & (ROOM - 1)];
        if (r->size && before(&r->heap[0], first))
            *event = pop(r);
        else
            *event = *first, r->soon_head++;
    } else {
        if (!r->size || r->heap[0].at >= r->setup.horizon) return 0;
        *event = pop(r);
    }
    return 1;
}

static Row *row(Run *r, int32_t kind) {
    if (r->filled == CHUNK) {
        if (r->sink) r->sink(r->rows, r->filled);
        r->filled = 0;
    }
    Row *new = &r->rows[r->filled++];
    *new = (Row){.at = r->now, .kind = kind, .agent = -1, .task = -1, .step = -1, .attempt = -1,
                 .credential = -1, .other = -1, .intrusion = -1, .edge = -1};
    r->written++;
    return new;
}

/* The tick by which so much work time has passed, every hour of the week counting alike. */
static int64_t moment(double worked) {
    int64_t weeks = (int64_t)worked / (int64_t)WEEK * (int64_t)WEEK;
    double hours = (worked - (double)weeks) / HOUR;
    return weeks + (int64_t)(hours * HOUR + 0.5);
}

static void next_arrival(Run *r) {
    uint32_t n = (uint32_t)r->arrived;
    r->worked += exponential(r->setup.gap, draw(&r->setup, ARRIVAL, 0, n >> 3, n & 7));
    int64_t at = moment(r->worked);
    if (at < r->setup.horizon) later(r, at - r->now, ARRIVED, r->arrived);
}

static void wait_in_line(Run *r, int32_t task) {
    if (r->waiting == r->places) {
        int32_t *longer = malloc(2 * r->places * sizeof(int32_t));
        for (int64_t n = 0; n < r->waiting; n++) longer[n] = r->line[(r->head + n) & (r->places - 1)];
        free(r->line);
        r->line = longer, r->head = 0, r->places *= 2;
    }
    r->line[(r->head + r->waiting++) & (r->places - 1)] = task;
}

static void let_in(Run *r) {
    if (r->busy || !r->waiting) return;
    r->busy = 1;
    later(r, 0, GRANTED, r->line[r->head]);
    r->head = (r->head + 1) & (r->places - 1), r->waiting--;
}

static void idle(Run *r) {
    Row *w = row(r, IDLE);
    w->credential = 0, w->was = r->needed_since, w->until = r->now;
    r->needed = 0;
}

static void start_task(Run *r, int32_t task) {
    Row *w = row(r, TASK_STARTED);
    w->agent = 0, w->task = task, w->other = 0;
    later(r, 0, THOUGHT, task);
}

static void call_tool(Run *r, int32_t task) {
    Row *w = row(r, NEEDED);
    w->credential = 0;
    r->needed = 1, r->needed_since = r->now;
    w = row(r, USED);
    w->agent = 0, w->task = task, w->step = 0, w->attempt = 0;
    w->credential = 0, w->other = 0, w->flags = ATTRIBUTABLE;
    double took = exponential(r->setup.service, draw(&r->setup, DURATION, 0, (uint32_t)task, 0));
    later(r, (int64_t)(took + 0.5), DONE, task);
}

static void end_task(Run *r, int32_t task) {
    idle(r);
    Row *w = row(r, TASK_ENDED);
    w->agent = 0, w->task = task, w->other = 0;
    r->busy = 0;
    later(r, 0, RELEASED, task);
}

static void happen(Run *r, Event event) {
    switch (event.what) {
    case STARTED: next_arrival(r); break;
    case ARRIVED:
        starts(r, BEGUN, event.task);
        r->arrived++;
        next_arrival(r);
        break;
    case BEGUN: wait_in_line(r, event.task), let_in(r); break;
    case GRANTED: start_task(r, event.task); break;
    case THOUGHT: call_tool(r, event.task); break;
    case DONE: end_task(r, event.task); break;
    case RELEASED: let_in(r); break;
    }
}

/* Runs to the horizon; counts[0]: events processed, counts[1]: rows written, counts[2]: tasks arrived. */
void mm1(const Setup *setup, Row *rows, Sink sink, int64_t *counts) {
    Run r = {.setup = *setup, .sink = sink, .rows = rows, .places = 64};
    int64_t events = 0;
    r.line = malloc(r.places * sizeof(int32_t));
    Row *w = row(&r, ISSUED);
    w->credential = 0, w->other = 0, w->agent = 0, w->until = FOREVER;
    starts(&r, STARTED, 0);
    for (Event event; next_event(&r, &event);) {
        r.now = event.at;
        events++;
        happen(&r, event);
    }
    r.now = setup->horizon;
    if (r.needed) idle(&r);
    if (sink && r.filled) sink(r.rows, r.filled);
    counts[0] = events, counts[1] = r.written, counts[2] = r.arrived;
    free(r.line);
}
