// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Scripts/fuzz builds and runs it: the flag by which all modules report which code a run reaches is on its command line.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Nabla", path: "../..")],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "Nabla", package: "Nabla")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
