/**
 * What stands around the seats: map or list, the filter by price and section, and what the shapes mean.
 */

import { h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { SHAPES, swatch } from "./looks.js";
import { prices } from "./overview.js";

/**
 * Make the bar and the legend of a scene: `{ bar, legend, rebuild }`, the last for a new layout or other colours.
 *
 * `onView(isList)` is called when map or list is wanted, `onFilter(section)` when `scene.filter` changed; with the name
 * of a section if that is what was chosen.
 */
export function barOf(scene, { onView, onFilter }) {
  const views = ["map", "list"].map((view) =>
    h("button", { type: "button", "aria-pressed": String(view === "map"), onclick: () => turnTo(view) }, t(`seats.${view}`)));
  const section = h("select", { "aria-label": t("seats.section"), onchange: chooseSection });
  const onlyFree = h("input", { type: "checkbox", onchange: chooseFree });
  const chips = h("div", { class: "seatmap-chips", role: "group", "aria-label": t("seats.prices") });
  const bar = h("div", { class: "seatmap-bar" },
    h("div", { class: "seatmap-views", role: "group", "aria-label": t("seats.view") }, views),
    h("label", { class: "seatmap-only" }, onlyFree, " ", t("seats.only_free")),
    section,
    chips);
  const legend = h("ul", { class: "seatmap-legend", "aria-label": t("seats.legend") });

  function turnTo(view) {
    views.forEach((button, nth) => button.setAttribute("aria-pressed", String(view === ["map", "list"][nth])));
    onView(view === "list");
  }

  function chooseSection() {
    const index = Number(section.value);
    scene.filter.section = index < 0 ? null : scene.layout.sections[index].name;
    onFilter(scene.layout.sections[index] ?? null);
  }

  function chooseFree() {
    scene.filter.onlyFree = onlyFree.checked;
    onFilter(null);
  }

  function choosePrice(chip, index) {
    const { classes } = scene.filter;
    if (!classes.delete(index)) classes.add(index);
    chip.setAttribute("aria-pressed", String(classes.has(index)));
    onFilter(null);
  }

  function rebuild() {
    const { sections, classes, currency } = scene.layout;
    show(section, h("option", { value: -1 }, t("seats.all_sections")),
      sections.map(({ index, name }) => h("option", { value: index, selected: name === scene.filter.section }, name)));
    section.hidden = sections.length < 2;
    show(chips, classes.map((one) => {
      const chip = h("button", { type: "button", class: "seatmap-chip", "aria-pressed": String(scene.filter.classes.has(one.index)),
        onclick: () => choosePrice(chip, one.index) }, swatch("a", one.index, scene.colours), prices(one, currency));
      return chip;
    }));
    show(legend, SHAPES.map((shape) => h("li", {}, swatch(shape, 0, scene.colours), t(`seats.legend.${shape}`))));
  }

  return { bar, legend, rebuild };
}
