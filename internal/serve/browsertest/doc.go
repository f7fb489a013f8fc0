// Package browsertest uses the page of mnistgpu serve as a person would, in
// headless Chromium. It is a module of its own, so that the program's module
// does not depend on what drives a browser.
package browsertest
