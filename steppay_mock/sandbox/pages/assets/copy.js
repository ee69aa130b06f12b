// Gives each text with the attribute data-copy a button that copies it.

for (const text of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text.dataset.copy;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(text);  // where a page may not copy, Ctrl+C does
    await navigator.clipboard?.writeText(text.textContent).then(
      () => (button.textContent = text.dataset.copied),
      () => {},
    );
  });
  text.before(button);
}
