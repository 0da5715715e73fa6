"use strict";
// The charts of the last hour or day, by uPlot. Times are in seconds. (Stands on board.js.)
{
// Of the span, at most: more of the future would leave no room for the past.
const FUTURE = 0.5;
const SECONDS = { hour: 3600, day: 86400 };
// The least that a scale goes up to: what is small is to look small.
const LEAST = { waiting: 3, seats: 3, troubles: 3, late: 50 };
const WHOLE = [...Array(12).keys()].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

const short = new Intl.NumberFormat("en", { notation: "compact" });
const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clock = (seconds) => minute.format(seconds * SECOND);
const present = () => now() / SECOND;
const length = (milliseconds) => (milliseconds < SECOND ? `${milliseconds} ms` : `${milliseconds / SECOND} s`);

// The columns of an answer, and the times that follow from them.
class Columns {
  constructor(answer) {
    Object.assign(this, answer);
    this.begin = Date.parse(answer.start) / SECOND;
    this.end = this.begin + answer.slots.length * answer.step_seconds;
    this.empty = answer.empty_at ? Date.parse(answer.empty_at) / SECOND : null;
  }

  // What waited at the end of each stretch, and a line from now to the end of what waits.
  waitingChart() {
    const last = this.waiting.length - 1;
    const times = this.waiting.map((_, place) => (place < last ? this.begin + (place + 1) * this.step_seconds : present()));
    const expected = this.waiting.map((ids, place) => (place < last || !this.empty ? null : ids));
    if (!this.empty) return [times, this.waiting, expected];
    return [[...times, this.empty], [...this.waiting, null], [...expected, 0]];
  }

  seatsChart() {
    return this.bars(this.slots.map((slots) => slots * this.slot_size), this.ids);
  }

  troublesChart() {
    return this.bars(this.again, this.failed);
  }

  lateChart() {
    return this.bars(this.longest_lag_ms);
  }

  // Each bar stands in the middle of its stretch.
  bars(...columns) {
    return [this.slots.map((_, place) => this.begin + (place + 0.5) * this.step_seconds), ...columns];
  }

  placeOf(time) {
    const place = Math.floor((time - this.begin) / this.step_seconds);
    return place >= 0 && place < this.slots.length ? place : null;
  }

  // The stretch at a place, in words.
  nameOf(place) {
    const begin = this.begin + place * this.step_seconds;
    return `${clock(begin)} to ${clock(begin + this.step_seconds)}`;
  }
}

function markNow(chart) {
  const { ctx, bbox } = chart;
  const x = Math.round(chart.valToPos(present(), "x", true));
  ctx.save();
  ctx.setLineDash([]);
  ctx.strokeStyle = ctx.fillStyle = chart.axes[0].stroke();
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.textAlign = "right";
  ctx.textBaseline = "top";
  ctx.fillText("now", x - 5 * devicePixelRatio, bbox.top);
  ctx.restore();
}

// Draws a chart into each <figure> below `root`; `point` gets the place of the stretch that is pointed at, or null.
class Charts {
  constructor(root, point) {
    this.root = root;
    this.point = point;
    this.place = null;
    this.drawn = [];
  }

  show(columns, span) {
    [this.columns, this.span] = [columns, span];
    if (!this.drawn.length) this.drawn = [...this.root.querySelectorAll("figure")].map((figure) => this.draw(figure));
    else for (const { name, chart } of this.drawn) chart.setData(columns[`${name}Chart`]());
  }

  // In the colours of now.
  redraw() {
    for (const { chart } of this.drawn) chart.redraw();
  }

  draw(figure) {
    const box = document.createElement("div");
    box.setAttribute("aria-hidden", "true");
    figure.append(box);
    const name = figure.dataset.chart;
    const size = () => ({ width: Math.max(1, box.clientWidth), height: Math.max(1, box.clientHeight) });
    const chart = new uPlot({ ...size(), ...this.options(name) }, this.columns[`${name}Chart`](), box);
    new ResizeObserver(() => chart.setSize(size())).observe(box);
    return { name, chart };
  }

  options(name) {
    const isWaiting = name === "waiting";
    return {
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "plot" } },
      scales: {
        x: { range: () => [this.columns.end - SECONDS[this.span], isWaiting ? this.future() : this.columns.end] },
        y: { range: (_chart, _bottom, top) => [0, Math.max(LEAST[name], (top || 0) * 1.08)] },
      },
      axes: [
        this.axis({ values: (_, times) => times.map(clock), space: 60, size: 28 }),
        this.axis({
          incrs: WHOLE, size: 52, space: 32,
          values: (_, values) => values.map((one) => (name === "late" ? length(one) : short.format(one))),
        }),
      ],
      series: [{}, ...this.series(name)],
      hooks: { setCursor: [(chart) => this.pointAt(chart)], draw: isWaiting ? [markNow] : [] },
    };
  }

  series(name) {
    const line = (colour, more) => ({ stroke: this.colour(colour), width: 2, points: { show: false }, ...more });
    const bar = (colour, more) => line(colour, {
      width: 0, fill: this.colour(colour), paths: uPlot.paths.bars({ size: [0.8, 40] }), ...more,
    });
    return {
      waiting: [line("--low", { fill: this.colour("--area") }), line("--low", { dash: [6, 5] })],
      seats: [bar("--soft", { width: 1, fill: this.colour("--area") }), bar("--good")],
      troubles: [line("--held", { width: 1.5 }), bar("--bad")],
      late: [bar("--low")],
    }[name];
  }

  axis(more) {
    const grid = { stroke: this.colour("--line"), width: 1 };
    return { stroke: this.colour("--soft"), font: "12px system-ui, sans-serif", grid, ticks: { show: false }, ...more };
  }

  // As it is when it is drawn: light and dark may change.
  colour(name) {
    return () => getComputedStyle(this.root).getPropertyValue(name);
  }

  future() {
    const left = this.columns.empty ? 1.06 * (this.columns.empty - present()) : 0;
    return Math.max(this.columns.end, present() + Math.min(left, FUTURE * SECONDS[this.span]));
  }

  pointAt(chart) {
    this.place = chart.cursor.left < 0 ? null : this.columns.placeOf(chart.posToVal(chart.cursor.left, "x"));
    this.point(this.place);
  }
}

Object.assign(globalThis, { Charts, Columns });
}
