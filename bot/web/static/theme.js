// The look of the widget: a theme's class and its style sheets. templates/base.html names the same two for the pages.
export const THEME = { name: "voorbeeld-theme", sheets: ["vendor/voorbeeld-theme.css", "voorbeeld-additions.css"] };
