"""A translated template as CloudFormation reads it: parameters, rules, conditions, intrinsic functions and secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

NOTHING = object()
"""What AWS::NoValue stands for."""

_PSEUDO = {"AWS::StackName": "ticketing-prod", "AWS::Region": "eu-central-1", "AWS::NoValue": NOTHING}
_REFERENCE = re.compile(r"\{\{resolve:secretsmanager:([^:}]+):SecretString(?::([^:}]+))?\}\}")
_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class Stack:
    """A template with parameters; those that are not given have their defaults, or a word of no importance."""

    def __init__(self, template: dict[str, Any], secrets: Mapping[str, str] | None = None, **parameters: str) -> None:
        """Take a template; `secrets` are what Secrets Manager holds, by logical id or name."""
        unknown = parameters.keys() - template["Parameters"].keys()
        assert not unknown, f"the template has no parameters {unknown}"
        self.template = template
        self._secrets = secrets or {}
        self._parameters = {
            name: _parameter(said, parameters.get(name, str(said.get("Default", "given"))))
            for name, said in template["Parameters"].items()
        }

    def refusals(self) -> list[str]:
        """Give what the rules say against the parameters; a stack with any is not deployed."""
        return [
            assertion["AssertDescription"]
            for rule in self.template["Rules"].values()
            if self.value(rule.get("RuleCondition", True))
            for assertion in rule["Assertions"]
            if not self.value(assertion["Assert"])
        ]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """Give the properties of the resources that are made, by logical id: of a type, or all of AWS::X::."""
        return {
            name: self.value(said.get("Properties", {}))
            for name, said in self.template["Resources"].items()
            if (said["Type"].startswith(kind) if kind.endswith("::") else said["Type"] == kind)
            and self._holds(said.get("Condition"))
        }

    def functions(self) -> list[str]:
        """Give the logical ids of all functions."""
        return [name for name, said in self.template["Resources"].items() if said["Type"] == "AWS::Lambda::Function"]

    def environment(self, function: str) -> dict[str, str]:
        """Give the environment in which a function starts."""
        said = self.template["Resources"][function]["Properties"]["Environment"]["Variables"]
        return {name: str(value) for name, value in self.value(said).items()}

    def value(self, node: Any) -> Any:
        """Give what a part of the template is."""
        if isinstance(node, list):
            return [value for item in node if (value := self.value(item)) is not NOTHING]
        if isinstance(node, str):
            return _REFERENCE.sub(lambda found: self._secret(found[1], found[2]), node)
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((word, said),) = node.items()
            if word in _FUNCTIONS:
                return _FUNCTIONS[word](self, said)
            assert not word.startswith("Fn::"), f"what is {word}?"
        return {name: value for name, item in node.items() if (value := self.value(item)) is not NOTHING}

    def ref(self, name: str) -> Any:
        """Give a parameter, what CloudFormation says of itself, or the name of a resource that is made."""
        if name in self._parameters:
            return self._parameters[name]
        if name in _PSEUDO:
            return _PSEUDO[name]
        resource = name.partition(".")[0]
        if name.startswith("AWS::"):
            return name
        assert self._holds(self.template["Resources"][resource].get("Condition")), f"{name} is not made"
        return name

    def _holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.value(self.template["Conditions"][condition]))

    def _secret(self, name: str, key: str | None) -> str:
        held = self._secrets[name]
        return str(json.loads(held)[key]) if key else held

    def _text(self, said: str | list[Any]) -> Any:
        text, names = (said, {}) if isinstance(said, str) else said

        def named(found: re.Match[str]) -> str:
            return str(self.value(names[found[1]]) if found[1] in names else self.ref(found[1]))

        return self.value(_IN_TEXT.sub(named, text))

    def _either(self, said: list[Any]) -> Any:
        return self.value(said[1 if self._holds(said[0]) else 2])


def _parameter(said: dict[str, Any], given: str) -> str | list[str]:
    """Check a value as CloudFormation does before it looks at anything else. Raises AssertionError."""
    values = given.split(",") if said["Type"] == "CommaDelimitedList" else [given]
    for value in values:
        assert value == "given" or re.fullmatch(said.get("AllowedPattern", ".*"), value), f"{value!r} is not allowed"
        assert value in [str(allowed) for allowed in said.get("AllowedValues", [value])], f"{value!r} is not allowed"
    return values if said["Type"] == "CommaDelimitedList" else given


_FUNCTIONS: dict[str, Callable[[Stack, Any], Any]] = {
    "Ref": Stack.ref,
    "Condition": lambda stack, said: stack._holds(said),
    "Fn::And": lambda stack, said: all(map(stack.value, said)),
    "Fn::Contains": lambda stack, said: stack.value(said[1]) in stack.value(said[0]),
    "Fn::Equals": lambda stack, said: str(stack.value(said[0])) == str(stack.value(said[1])),
    "Fn::GetAZs": lambda _, __: ["a", "b", "c"],
    "Fn::GetAtt": lambda stack, said: stack.ref(".".join(said)),
    "Fn::If": Stack._either,
    "Fn::Join": lambda stack, said: said[0].join(stack.value(said[1])),
    "Fn::Not": lambda stack, said: not stack.value(said[0]),
    "Fn::Or": lambda stack, said: any(map(stack.value, said)),
    "Fn::Select": lambda stack, said: stack.value(said[1])[said[0]],
    "Fn::Split": lambda stack, said: stack.value(said[1]).split(said[0]),
    "Fn::Sub": lambda stack, said: stack._text(said),
}
