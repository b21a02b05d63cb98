"""The scenes, one module each, in the order of their ids."""

from drawing.scenes import (
    beach,
    bedroom,
    desk,
    farm,
    harbor,
    kitchen,
    lake,
    living_room,
    park,
    savanna,
    slope,
    stadium,
    station,
    street,
    table,
)

SCENES = tuple(
    sorted(
        (
            beach.SCENE,
            bedroom.SCENE,
            desk.SCENE,
            farm.SCENE,
            harbor.SCENE,
            kitchen.SCENE,
            lake.SCENE,
            living_room.SCENE,
            park.SCENE,
            savanna.SCENE,
            slope.SCENE,
            stadium.SCENE,
            station.SCENE,
            street.SCENE,
            table.SCENE,
        ),
        key=lambda scene: scene.id,
    )
)
