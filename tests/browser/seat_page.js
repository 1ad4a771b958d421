async ([eventId, options]) => {
  const base = document.querySelector("script[type=module]").src.replace(/common\/.*/, "");
  const event = await (await fetch(`/api/v1/events/${eventId}`)).json();
  const began = performance.now();
  const { seatMap } = await import(`${base}seatmap/seatmap.js`);
  const said = { changed: [], lost: [] };
  const ids = (seats) => seats.map((seat) => seat.id);
  const map = await seatMap(event, {
    ...options,
    onChange: (seats) => said.changed.push(ids(seats)),
    onLost: (seats) => said.lost.push(ids(seats)),
  });
  const title = document.createElement("h1");
  title.textContent = event.name;
  document.title = event.name;
  document.getElementById("main").replaceChildren(title, map.element);
  Object.assign(window, { map, said, base });
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame); // the first of them paints
  return performance.now() - began;
}
