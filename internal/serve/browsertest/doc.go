// Package browsertest tests the page of mnistgpu serve as a person would use it, in
// headless Chromium. It is a module of its own, so that the program's module does
// not depend on the library that drives the browser.
package browsertest
