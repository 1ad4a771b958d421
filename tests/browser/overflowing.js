() => {
  const bad = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) bad.push(`the page is ${scrollWidth} wide in a window of ${clientWidth}`);
  const wide = document.documentElement.clientWidth + 1;
  const apart = ".unseen, .skip, .scroll, dialog:not([open])";
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!box.width || style.visibility === "hidden" || element.closest(apart)) continue;
    const named = `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent.slice(0, 40)}`;
    if (box.right > wide || box.left < -1) bad.push(`out of the window: ${named}`);
    if (/hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1) bad.push(`cut: ${named}`);
  }
  return bad;
}
