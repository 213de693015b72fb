// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// main.swift is the library example of Nabla's README, letter for letter: change both.
// To run it from Nabla's folder: swift run --package-path Examples/QuickStart

let package = Package(
  name: "QuickStart",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Nabla", path: "../..")],
  targets: [
    .executableTarget(name: "QuickStart", dependencies: [.product(name: "Nabla", package: "Nabla")])
  ]
)
