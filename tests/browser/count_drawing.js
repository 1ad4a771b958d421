// Counts what is drawn in each frame: seats onto pictures that are kept, and pieces of these onto the map.
window.drawn = [];
{
  let now = { seats: 0, pieces: 0 };
  const count = (prototype, what) => {
    const draw = prototype.drawImage;
    prototype.drawImage = function counted(...how) {
      now[what] += 1;
      return draw.apply(this, how);
    };
  };
  count(OffscreenCanvasRenderingContext2D.prototype, "seats");
  count(CanvasRenderingContext2D.prototype, "pieces");
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => request((time) => {
    now = { seats: 0, pieces: 0 };
    callback(time);
    window.drawn.push(now);
  });
}
