"""Les éléments que pytest joue, chacun avec ses scénarios de conformité, et ce qu'ils ont établi jusqu'ici."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from reports.resultat import EtapeJouee
from steps.bilan import Bilan
from steps.collecte import ecarter_selon, repartir, scenario_gherkin
from steps.depart import Depart
from steps.deroule import empreinte_du_deroule
from steps.logiciel.connexion import ConnexionDeclaree
from steps.selection import ScenarioRetenu


@dataclass
class Cumul:
    """Ce que les éléments d'un même scénario de conformité (plan du scénario) ont établi jusqu'ici."""

    depart: Depart
    depuis: int | None
    bilan: Bilan = field(default_factory=Bilan)
    etapes: list[EtapeJouee] = field(default_factory=list)

    def ajouter(self, bilan: Bilan, etapes: Sequence[EtapeJouee]) -> None:
        """Additionne ce qu'un élément de plus a établi."""
        self.bilan.constater(bilan.constats)
        self.bilan.pieces.extend(bilan.pieces)
        self.bilan.jugements.extend(bilan.jugements)
        self.bilan.raison = self.bilan.raison or bilan.raison
        self.etapes.extend(etapes)


class Elements:
    """Quels éléments jouent quels scénarios, et combien il en reste à passer avant chaque verdict."""

    def __init__(
        self, a_jouer: Mapping[pytest.Item, list[ScenarioRetenu]] | None = None, ecartes: Sequence[pytest.Item] = ()
    ) -> None:
        self._a_jouer = dict(a_jouer or {})
        self.ecartes = list(ecartes)
        """Collectés, et que cette campagne ne joue pas."""
        self._restants: Counter[str] = Counter()
        self._cumuls: dict[str, Cumul] = {}
        self._deroules: dict[str, str] = {}
        self.recommencer(self._a_jouer)

    @classmethod
    def repartis(
        cls, session: pytest.Session, items: Sequence[pytest.Item], retenus: Sequence[ScenarioRetenu], couloir: str
    ) -> Elements:
        """Le partage de ce que pytest a collecté ; lève `CollecteIncoherente`."""
        a_jouer, ecartes = repartir(session, items, retenus, couloir)
        for item in a_jouer:
            modele = scenario_gherkin(item)
            if modele is not None:
                # Allure montre ce texte ; celui de pytest-bdd porte le chemin complet, propre à cette machine.
                item.obj.__doc__ = f"{modele.feature.rel_filename} : {modele.name}"  # type: ignore[attr-defined]  # vu par scenario_gherkin
        return cls(a_jouer, ecartes)

    def __getitem__(self, item: pytest.Item) -> list[ScenarioRetenu]:
        """Les scénarios que cet élément établit."""
        return self._a_jouer[item]

    def __iter__(self) -> Iterator[pytest.Item]:
        return iter(self._a_jouer)

    def retenus(self) -> list[ScenarioRetenu]:
        """Les scénarios à jouer, chacun une fois, dans l'ordre."""
        return list(dict.fromkeys(retenu for retenus in self._a_jouer.values() for retenu in retenus))

    def ecarter_selon(self, session: pytest.Session, connexion: ConnexionDeclaree) -> None:
        """Refait le partage, une fois connue la connexion du logiciel."""
        self._a_jouer = ecarter_selon(session, self._a_jouer, connexion)
        self._deroules.clear()
        self.recommencer(self._a_jouer)

    def recommencer(self, items: Iterable[pytest.Item]) -> None:
        """Oublie ce qui a été établi : ces éléments restent tous à passer."""
        self._cumuls = {}
        self._restants = Counter(retenu.numero for item in items for retenu in self._a_jouer[item])

    def cumuler(
        self,
        retenu: ScenarioRetenu,
        bilan: Bilan,
        etapes: Sequence[EtapeJouee],
        depart: Depart,
        depuis: int | None,
    ) -> Cumul | None:
        """Ajoute ce qu'un élément vient d'établir ; rend le tout quand c'était le dernier du scénario."""
        cumul = self._cumuls.setdefault(retenu.numero, Cumul(depart, depuis))
        cumul.ajouter(bilan, etapes)
        self._restants[retenu.numero] -= 1
        return None if self._restants[retenu.numero] else cumul

    def deroule(self, retenu: ScenarioRetenu) -> str:
        """Empreinte de ce que ce scénario joue ; le même calcul à chaque séance, sur tous ses éléments."""
        if retenu.numero not in self._deroules:
            siens = [item for item, retenus in self._a_jouer.items() if retenu.numero in {r.numero for r in retenus}]
            self._deroules[retenu.numero] = empreinte_du_deroule(siens)
        return self._deroules[retenu.numero]
