async ([eventId, path]) => {
  const load = (name) => import(`${base}seatmap/${name}.js`);
  const [{ layoutOf }, { plan }, { Camera }, { TALL }] = await Promise.all(["layout", "geometry", "camera", "scene"].map(load));
  const layout = layoutOf(await (await fetch(`/api/v1/events/${eventId}/seatmap`)).json());
  const { xs, ys, bounds } = plan(layout.sections, layout.seats.length, TALL.matches);
  const canvas = document.querySelector("canvas.seatmap-canvas");
  const camera = new Camera(() => {});
  camera.resize(canvas.clientWidth, canvas.clientHeight, bounds);
  const { ordinal } = layout.seats.find((seat) => [seat.section, seat.row, seat.number].join("/") === path);
  const { left, top } = canvas.getBoundingClientRect();
  const [x, y] = camera.toScreen(xs[ordinal], ys[ordinal]);
  return [x + left, y + top];
}
