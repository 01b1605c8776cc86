"""A table in a request: pandas' split form, `columns`, `index` and `data`, in which MLflow's models take their input.

Model cards write a row as a list, as an object by column, or, where there is one column, as the bare cell. Some leave
out `index`, and cells at the end of a row.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import model_validator

from azureml_emulator.schema import Fields, Parameters, Prompt, Reading

Cells = Mapping[str, Any]
"""A row by column; cells that were left out are missing."""


class Frame(Fields):
    """A table. Subclasses name the columns that must be there, with a text in every row."""

    needed: ClassVar[tuple[str, ...]] = ()
    columns: list[str]
    index: list[Any] | None = None
    data: list[Any]

    @model_validator(mode="after")
    def _whole(self) -> "Frame":
        missing = [name for name in self.needed if name not in self.columns]
        if missing:
            raise ValueError(f"expected columns {', '.join(self.needed)}; {missing[0]!r} is missing")
        if self.index is not None and len(self.index) != len(self.data):
            raise ValueError(f"{len(self.index)} rows in index, but {len(self.data)} in data")
        for at, row in enumerate(self.data):
            cells = self._cells(at, row)
            for name in self.needed:
                if not isinstance(cells.get(name), str):
                    raise ValueError(f"row {at} has no text in column {name!r}")
        return self

    def _cells(self, at: int, row: Any) -> Cells:
        if isinstance(row, dict):
            return row
        row = row if isinstance(row, list) else [row]
        if len(row) > len(self.columns):
            raise ValueError(f"row {at} has {len(row)} cells, but there are {len(self.columns)} columns")
        return dict(zip(self.columns, row, strict=False))

    @property
    def rows(self) -> list[Cells]:
        """The rows, by column."""
        return [self._cells(at, row) for at, row in enumerate(self.data)]

    def texts(self, column: str) -> list[str]:
        """Give the texts of a column, "" where there is none."""
        found = [row.get(column) for row in self.rows]
        return [one if isinstance(one, str) else "" for one in found]


class Images(Frame):
    """A table with an image in every row, as base64 or a URL."""

    needed: ClassVar[tuple[str, ...]] = ("image",)


class ImagesRequest(Fields):
    """The whole body: images, and parameters if one likes."""

    input_data: Images
    params: Parameters = {}


def read_images(body: ImagesRequest) -> Reading:
    """An image for each row; the prompt's text is its base64 or URL, as sent."""
    return Reading(tuple(map(Prompt, body.input_data.texts("image"))), body.params)
