/**
 * The page of one event. One address, and what it shows follows from the server's state: the event, the waiting room, the
 * turn to choose, the checkout.
 */

import { get, post } from "../common/api.js";
import { msUntil } from "../common/clock.js";
import { alarm, announce, focusOn, h, show } from "../common/dom.js";
import { entitle, frame } from "../common/frame.js";
import { about, t } from "../common/i18n.js";
import { actAsBuyer, buyer } from "../common/identity.js";
import { sentence } from "../common/parts.js";
import { chime } from "./chime.js";
import { farewell } from "./farewell.js";
import { hold } from "./hold.js";
import { patiently } from "./later.js";
import { overview } from "./overview.js";
import { Poller } from "./poller.js";
import { OVER } from "./room.js";
import { roomView } from "./roomview.js";
import { Visit } from "./visit.js";

const LATER = { choose: () => import("./choose.js"), checkout: () => import("./checkout.js") };

/** The sale of one event, for this visitor: what the views show, and what their buttons do. */
class Sale {
  constructor(event, main) {
    this.event = event;
    this.main = main;
    this.visit = new Visit(event.id);
    /** The order that is held and not yet confirmed, or null. */
    this.order = null;
    this.poller = null;
    this.shown = { kind: null, view: null, ending: new AbortController() };
    this.notice = null;
    this.resumed = false;
  }

  /** Go on where this browser was, if it was anywhere. */
  async resume() {
    const { sessionId, orderId } = this.visit.kept;
    if (sessionId || orderId) await buyer(); // renews a guest's token that is nearly over
    if (sessionId) this.#follow(sessionId);
    if (orderId) await this.readOrder(orderId);
    if (this.visit.wish) await hold(this).catch((refusal) => { this.notice = sentence(refusal); });
    this.visit.onChange((now, before) => this.#agree(now, before));
    this.resumed = true;
    this.render();
  }

  /** Join the queue, or be told the place that is there. Throws a Refusal. */
  async join() {
    const { userId } = await buyer();
    const { body } = await post("/queue/join", { event_id: this.event.id, user_id: userId }, { tries: Infinity });
    const { sessionId } = this.visit.kept;
    this.visit.keep({ sessionId: body.session_id, line: sessionId === body.session_id ? this.visit.kept.line : undefined });
    this.#follow(body.session_id, body);
    this.render();
  }

  /** Give the place or the turn up. */
  async leave() {
    await this.poller.leave();
  }

  /** Show an order as it is now: what is held is to be confirmed; any other is forgotten, and a notice says why. */
  take(order) {
    if (order?.status !== "reserved") return this.drop(order?.status === "expired" ? t("checkout.expired") : null);
    this.order = order;
    this.visit.keep({ orderId: order.id });
    return this.render();
  }

  /** Take the order that is kept. */
  async readOrder(orderId) {
    const { body } = await get(`/orders/${orderId}`, { tries: Infinity }).catch(forgotten);
    this.take(body);
  }

  /** Hold the order no more, and say why in the next view. */
  drop(notice) {
    this.order = null;
    this.notice = notice;
    this.visit.keep({ orderId: undefined });
    this.poller?.askNow();
    this.render();
  }

  /** What a visitor sees of the queue, or null before that is known. */
  get screen() {
    return this.poller?.room.screen() ?? null;
  }

  /** Show what is now. */
  render() {
    if (!this.resumed) return;
    const { screen } = this;
    const kind = this.#kind(screen);
    if (kind !== this.shown.kind) this.#turnTo(kind, screen);
    this.shown.view?.update(screen);
  }

  /** Name the tab; a view does that as often as it likes. */
  entitle(title) {
    if (title !== this.shown.title) entitle(title);
    this.shown.title = title;
  }

  #kind(screen) {
    if (this.order) return "checkout";
    if (!this.poller) return "event";
    if (!screen) return "loading";
    if (screen.state === "active") return "choose";
    return OVER.has(screen.state) ? screen.state : "room";
  }

  async #turnTo(kind, screen) {
    const before = this.shown.kind;
    this.shown.ending.abort();
    const shown = { kind, view: null, ending: new AbortController() };
    this.shown = shown;
    if (kind === "choose" && before !== "checkout" && before !== null) this.#admitted(screen, before);
    const view = await this.#make(kind, shown.ending.signal);
    if (this.shown !== shown) return;
    const notice = this.notice && h("p", { class: "notice" }, this.notice);
    if (kind !== "loading") this.notice = null;
    shown.view = view;
    show(this.main, notice, view.element);
    this.entitle(view.title);
    view.update(this.screen);
    if (before !== null && before !== "loading") focusOn(view.heading);
    if (notice) announce(notice.textContent);
  }

  #admitted(screen, before) {
    const turn = t("checkout.your_turn_said", { time: about(msUntil(screen.expiresAt) / 1000) });
    if (before !== "loading") alarm(turn);
    if (before === "room") chime();
  }

  async #make(kind, signal) {
    if (kind === "event") return overview(this, signal);
    if (kind === "room") {
      LATER.choose().catch(() => {}); // so that it is there when the turn comes
      return roomView(this);
    }
    if (kind === "loading") return loading(this.event.name);
    if (kind in LATER) return (await patiently(LATER[kind])).view(this, signal);
    return farewell(this, kind);
  }

  #follow(sessionId, first) {
    this.following?.abort();
    this.following = new AbortController();
    this.poller = new Poller({
      eventId: this.event.id, sessionId, first, signal: this.following.signal,
      onTick: () => this.render(),
      onGone: (refusal) => this.#forget(refusal),
    });
  }

  /** The service knows the session no more. */
  #forget(refusal) {
    this.following.abort();
    this.poller = null;
    this.notice = sentence(refusal);
    this.visit.keep({ sessionId: undefined, line: undefined });
    this.shown.kind = null;
    this.render();
  }

  /** Another tab joined, held something or let go of it. */
  async #agree(now, before) {
    if (now.sessionId !== before.sessionId && now.sessionId) this.#follow(now.sessionId);
    if (now.orderId !== before.orderId) {
      if (now.orderId) await this.readOrder(now.orderId);
      else this.order = null;
      this.poller?.askNow();
    }
    this.render();
  }
}

function loading(name) {
  const heading = h("h1", {}, name);
  return { element: h("article", {}, heading, h("p", { class: "quiet" }, t("event.loading"))), heading, title: name, update() {} };
}

function forgotten(refusal) {
  if (refusal.status === 404) return {};
  throw refusal;
}

function noSuchEvent(main, refusal) {
  const unknown = ["event_not_found", "invalid_id"].includes(refusal.code);
  entitle(t("event.unknown"));
  show(main, h("h1", {}, unknown ? t("event.unknown") : sentence(refusal)), h("p", {}, t("event.unknown_text")),
    h("p", {}, h("a", { class: "button", href: "/" }, t("room.others"))));
}

actAsBuyer();
const main = frame("buyer", "");
show(main, h("p", { class: "quiet" }, t("event.loading")));
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); }); // what it showed is long past
try {
  const { body: event } = await get(`/events/${encodeURIComponent(location.pathname.split("/")[2])}`, { tries: Infinity });
  await new Sale(event, main).resume();
} catch (refusal) {
  if (!refusal.code) throw refusal;
  noSuchEvent(main, refusal);
}
