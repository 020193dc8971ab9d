"""Les échanges montrés dans `rapport.html` : extraits sous un budget de taille, au plus utile d'abord."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID
from markupsafe import escape

from reports.extraits import extraire
from reports.extraits_courriel import extraire_courriel
from reports.resultat import CleScenario, ResultatScenario
from reports.synthese import ORDRE_AFFICHAGE
from reports.texte import abreger
from reports.verdict import Verdict
from reports.vues_dialogues import LigneDialogue, connexion_de, est_dialogue, lire_ligne
from simulators.socle.echange import Corps, Echange, Tls

# Le rapport doit rester sous 10 Mo pour 300 scénarios ; le reste de la page en demande 2 à 3.
BUDGET_EXTRAITS = 6_000_000
# Titres, en-têtes et empreintes d'un échange détaillé.
_HORS_EXTRAITS = 1_500
_EXTRAITS_PAR_SCENARIO = 12
_LIGNES_PAR_SCENARIO = 200


@dataclass(frozen=True, slots=True)
class VueCorps:
    """Un corps : son extrait s'il est montré, et le fichier où il est entier."""

    extrait: str
    coupe: bool
    montre: bool
    taille: int
    sha256: str
    chemin: str


@dataclass(frozen=True, slots=True)
class VueEchange:
    """Un échange prêt à afficher.

    `ici` : c'est dans ce scénario que la page le montre ; ailleurs, un lien suffit. `detaille` : en-têtes et
    extraits sont montrés ; sinon une ligne et des liens vers les corps.
    """

    echange: Echange
    ici: bool
    detaille: bool
    tls: str
    client: str
    requete: VueCorps
    reponse: VueCorps | None
    entetes_requete: tuple[tuple[str, str], ...]
    entetes_reponse: tuple[tuple[str, str], ...]

    @property
    def numeros(self) -> tuple[int, ...]:
        """Les échanges que cette vue montre."""
        return (self.echange.numero,)


@dataclass(frozen=True, slots=True)
class VueDialogue:
    """Une connexion de messagerie : les échanges qui se suivent, chacun avec son message s'il en porte un."""

    connexion: str
    protocole: str
    bal: str
    tls: str
    client: str
    vues: tuple[tuple[VueEchange, LigneDialogue], ...]

    @property
    def numeros(self) -> tuple[int, ...]:
        """Les échanges que cette vue montre."""
        return tuple(vue.echange.numero for vue, _ in self.vues)


@dataclass
class VuesEchanges:
    """Répartit le budget : d'abord les échanges cités par un manquement, puis les autres, verdict par verdict."""

    echanges: Mapping[int, Echange]
    resultats: Sequence[ResultatScenario]
    budget: int = BUDGET_EXTRAITS
    _corps: dict[tuple[int, str], VueCorps] = field(default_factory=dict)
    _lieu: dict[int, CleScenario] = field(default_factory=dict)
    _detailles: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        rangs = {verdict: rang for rang, verdict in enumerate(ORDRE_AFFICHAGE)}
        par_gravite = sorted(self.resultats, key=lambda resultat: rangs[resultat.verdict])
        for resultat in par_gravite:
            for numero in resultat.echanges_cites[:_LIGNES_PAR_SCENARIO]:
                self._lieu.setdefault(numero, resultat.cle)
        for resultat in par_gravite:
            for numero in _par_utilite(resultat)[:_EXTRAITS_PAR_SCENARIO]:
                if self._lieu.get(numero) == resultat.cle and (echange := self.echanges.get(numero)):
                    self._reserver(echange)

    def du_scenario(self, resultat: ResultatScenario) -> tuple[VueEchange | VueDialogue, ...]:
        """Les échanges cités par un scénario, dans l'ordre du journal ; un dialogue s'y lit d'un bloc."""
        connus = (self.echanges.get(numero) for numero in resultat.echanges_cites[:_LIGNES_PAR_SCENARIO])
        blocs: dict[object, list[VueEchange]] = {}
        for echange in connus:
            if echange is not None:
                vue = self._vue(echange, resultat.cle)
                cle = connexion_de(echange) if est_dialogue(echange) and vue.ici else echange.numero
                blocs.setdefault(cle, []).append(vue)
        return tuple(
            _dialogue(vues) if est_dialogue(vues[0].echange) and vues[0].ici else vues[0] for vues in blocs.values()
        )

    def _reserver(self, echange: Echange) -> None:
        if self.budget <= 0:
            return
        self._detailles.add(echange.numero)
        self.budget -= _HORS_EXTRAITS
        messages: list[tuple[str, Corps]] = [("requete", echange.requete.corps)]
        if echange.reponse is not None:
            messages.append(("reponse", echange.reponse.corps))
        for sens, corps in messages:
            if corps.taille == 0:
                continue
            courriel = sens == "requete" and echange.operation == "smtp:DATA"
            extrait = extraire_courriel(corps) if courriel else extraire(corps)
            self.budget -= len(escape(extrait.texte).encode("utf-8", "replace"))
            self._corps[echange.numero, sens] = _vue_corps(corps, extrait.texte, extrait.coupe, montre=True)

    def _vue(self, echange: Echange, cle: CleScenario) -> VueEchange:
        requete, reponse = echange.requete, echange.reponse
        return VueEchange(
            echange=echange,
            ici=self._lieu.get(echange.numero) == cle,
            detaille=echange.numero in self._detailles,
            tls=_texte_tls(echange.tls),
            client=_nom_client(echange.tls.certificat) if echange.tls and echange.tls.certificat else "",
            requete=self._corps.get((echange.numero, "requete")) or _vue_corps(requete.corps),
            reponse=(self._corps.get((echange.numero, "reponse")) or _vue_corps(reponse.corps)) if reponse else None,
            entetes_requete=_entetes(requete.entetes),
            entetes_reponse=_entetes(reponse.entetes) if reponse else (),
        )


def _dialogue(vues: Sequence[VueEchange]) -> VueDialogue:
    premiere = vues[0].echange
    return VueDialogue(
        connexion=connexion_de(premiere),
        protocole=premiere.operation.partition(":")[0].upper(),
        bal=next((vue.echange.notes["bal"] for vue in vues if vue.echange.notes.get("bal")), ""),
        tls=next((vue.tls for vue in vues if vue.echange.tls), "sans TLS"),
        client=next((vue.client for vue in vues if vue.client), ""),
        vues=tuple((vue, lire_ligne(vue.echange)) for vue in vues),
    )


def _par_utilite(resultat: ResultatScenario) -> list[int]:
    """Les échanges d'un scénario : ceux que cite un manquement, puis ceux d'un constat conforme, puis les autres."""
    manquements = [constat for constat in resultat.constats if constat.verdict is not Verdict.CONFORME]
    conformes = [constat for constat in resultat.constats if constat.verdict is Verdict.CONFORME]
    ordre: Iterable[int] = (
        *(numero for constat in manquements for numero in constat.echanges),
        *(numero for constat in conformes for numero in constat.echanges),
        *resultat.echanges_cites,
    )
    return list(dict.fromkeys(ordre))


def _vue_corps(corps: Corps, extrait: str = "", coupe: bool = False, *, montre: bool = False) -> VueCorps:
    sha256 = corps.sha256
    return VueCorps(extrait, coupe, montre, corps.taille, sha256, f"corps/{sha256[:2]}/{sha256}")


def _entetes(entetes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((abreger(nom, 100), abreger(valeur, 300)) for nom, valeur in entetes[:40])


def _texte_tls(tls: Tls | None) -> str:
    return f"{tls.version}, {tls.suite}" if tls else "sans TLS"


@lru_cache(maxsize=256)
def _nom_client(certificat: bytes) -> str:
    """Le nom du certificat présenté ; le sujet entier si le nom usuel manque."""
    try:
        sujet = x509.load_der_x509_certificate(certificat).subject
        noms = sujet.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(noms[0].value) if noms else sujet.rfc4514_string()
    except ValueError:
        return "certificat illisible"
