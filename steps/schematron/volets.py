"""Le volet d'un document CDA : celui qu'il déclare, ou celui qu'indiquent son modèle et son code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from steps.schematron.contextes import alternatives, dernier_pas
from steps.schematron.inclusions import ErreurSchematron, Noeud, Sources, normaliser

_HL7 = "urn:hl7-org:v3"
_COMMUNS = frozenset({"2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"})
_MODELE_ANS = re.compile(r"1\.2\.250\.1\.213\.1\.1\.1(\.\d+)+$")
_MODELE = re.compile(r"templateId\s*(?:\[[^\]]*?|/)@root\s*=\s*['\"]([\d.]+)['\"]")
_CODE = re.compile(r"(?<![\w/])code\s*(?:\[[^\]]*?|/)@code\s*=\s*['\"]([^'\"]+)['\"]")
_PREFIXE = re.compile(r"(?<![\w.\-'\"])[A-Za-z_][\w.\-]*:(?!:)(?=[A-Za-z_])")
_DECLARATION = re.compile(r"SCHSchema\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")

# Repli quand le kit ne dit pas le modèle ou le code d'un volet : documentation et exemples publiés de l'ANS.
_MODELES_CONNUS = {
    "BIO-CR-BIO": ("1.2.250.1.213.1.1.1.55", "11502-2"),
    "BIO-TROD": ("1.2.250.1.213.1.1.1.59", "96173-0"),
    "IMG-CR-IMG": ("1.2.250.1.213.1.1.1.45", "18748-4"),
    "IMG-DA-IMG": ("1.2.250.1.213.1.1.1.47", "55115-0"),
    "LDL-SES": ("1.2.250.1.213.1.1.1.29", "11490-0"),
    "LDL-EES": ("1.2.250.1.213.1.1.1.21", "18761-7"),
    "VSM": ("1.2.250.1.213.1.1.1.13", "SYNTH"),
    "IPS-FR": ("1.2.250.1.213.1.1.1.51", "60591-5"),
    "DLU-EHPAD-DLU": ("1.2.250.1.213.1.1.1.22", "74207-2"),
    "DLU-EHPAD-FLUDR": ("1.2.250.1.213.1.1.1.24", ""),
    "DLU-EHPAD-FLUDT": ("1.2.250.1.213.1.1.1.23", ""),
    "DLU-FT-SU": ("1.2.250.1.213.1.1.1.61", "78341-5"),
    "DLU-FR-SU": ("1.2.250.1.213.1.1.1.62", "60280-5"),
    "EP-MED-DM": ("1.2.250.1.213.1.1.1.39", "57833-6"),
    "eDISP-MED": ("1.2.250.1.213.1.1.1.54", "60593-1"),
    "VAC-NOTE": ("1.2.250.1.213.1.1.1.46", "87273-9"),
    "VAC": ("1.2.250.1.213.1.1.1.37", "11369-6"),
    "CANCER-CR-GM": ("1.2.250.1.213.1.1.1.32", "51969-4"),
    "CANCER-FRCP": ("1.2.250.1.213.1.1.1.8", "34794-8"),
    "CSE-MDE": ("1.2.250.1.213.1.1.1.5 1.2.250.1.213.1.1.1.5.4", ""),
}


def document_cda(arbre: etree._ElementTree) -> etree._Element | None:
    """L'élément ClinicalDocument : la racine, ou celui que contient une feuille autoprésentable."""
    return next(iter(arbre.getroot().iter(f"{{{_HL7}}}ClinicalDocument")), None)


def est_n1(arbre: etree._ElementTree) -> bool:
    """Vrai si le corps du document est un `nonXMLBody`."""
    document = document_cda(arbre)
    return document is not None and document.find(f"{{{_HL7}}}component/{{{_HL7}}}nonXMLBody") is not None


def declare_par_le_document(arbre: etree._ElementTree) -> Iterator[str]:
    """Noms de fichier, sans dossier ni extension, des schematrons que nomment les instructions `<?oxygen …?>`."""
    racine = arbre.getroot()
    avant = list(racine.itersiblings(preceding=True))
    for instruction in [*reversed(avant), *racine.iter(etree.PI)]:
        if getattr(instruction, "target", "") != "oxygen":
            continue
        if trouve := _DECLARATION.search(instruction.text or ""):
            chemin = (trouve[1] if trouve[1] is not None else trouve[2]).replace("\\", "/")
            yield re.sub(r"\.sch$", "", chemin.rsplit("/", 1)[-1], flags=re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Signes:
    modeles: frozenset[str]
    codes: frozenset[str]


@dataclass(frozen=True)
class TableVolets:
    """Ce que chaque famille de volets (le nom sans version) vérifie du document : ses modèles et ses codes."""

    familles: Mapping[str, _Signes]
    versions: Mapping[str, tuple[str, ...]]

    @staticmethod
    def base(volet: str) -> str:
        """Nom d'un volet sans sa version (`VSM_1.4_2022.01` et `VSM_2023.01` sont de la famille VSM)."""
        return re.sub(r"(_\d+(\.\d+)*)+$", "", volet)

    @classmethod
    def lire(cls, volets: Mapping[str, Path], racine: Path) -> TableVolets:
        """La table déduite des règles que les volets posent sur ClinicalDocument, complétée des modèles publiés."""
        modeles: dict[str, set[str]] = {}
        codes: dict[str, set[str]] = {}
        versions: dict[str, list[str]] = {}
        for volet, chemin in volets.items():
            famille = cls.base(volet)
            versions.setdefault(famille, []).append(volet)
            modeles.setdefault(famille, set())
            codes.setdefault(famille, set())
            for test in _tests_du_document(chemin, racine):
                modeles[famille] |= {m for m in _MODELE.findall(test) if m not in _COMMUNS}
                codes[famille] |= set(_CODE.findall(test))
        for famille, (modele, code) in _MODELES_CONNUS.items():
            if famille in modeles:
                modeles[famille].update(modele.split())
                if not codes[famille] and code:
                    codes[famille].add(code)
        signes = {f: _Signes(frozenset(modeles[f]), frozenset(codes[f])) for f in modeles}
        return cls(signes, {f: tuple(sorted(noms, key=_version, reverse=True)) for f, noms in versions.items()})

    def choisir(self, arbre: etree._ElementTree) -> tuple[str, str]:
        """Le volet du document et la raison du choix ; chaîne vide et pourquoi, si rien ne le désigne seul."""
        document = document_cda(arbre)
        if document is None:
            return "", "le fichier ne contient pas de ClinicalDocument"
        modeles = {e.get("root", "") for e in document.findall(f"{{{_HL7}}}templateId")} - _COMMUNS
        code = document.find(f"{{{_HL7}}}code")
        valeur = code.get("code", "") if code is not None else ""
        propres = {modele for modele in modeles if _MODELE_ANS.match(modele)}
        notes: dict[str, tuple[int, int, bool]] = {}
        for famille, signes in self.familles.items():
            communs = modeles & signes.modeles
            du_code = valeur in signes.codes
            if propres and not communs & propres and not du_code:
                communs = set()  # un modèle de l'ANS inconnu de la famille : un modèle IHE partagé ne suffit pas
            notes[famille] = (len(communs & propres), len(communs), du_code)
        meilleure = max(notes.values(), default=(0, 0, False))
        if not any(meilleure):
            return "", f"aucun volet du kit ne correspond au modèle ni au code {valeur or 'absent'} du document"
        gagnantes = [famille for famille, note in notes.items() if note == meilleure]
        dit = "son modèle (templateId)" if meilleure[1] else f"son code {valeur}"
        if len(gagnantes) > 1:
            return "", f"plusieurs volets correspondent à {dit} : {', '.join(gagnantes)} ; préciser le volet"
        famille = gagnantes[0]
        voulues = {
            e.get("extension", "")
            for e in document.findall(f"{{{_HL7}}}templateId")
            if e.get("root", "") in self.familles[famille].modeles
        }
        for volet in self.versions[famille]:
            if volet.rsplit("_", 1)[-1] in voulues:
                return volet, f"volet déduit du document : {dit}, dans la version que dit son templateId"
        return self.versions[famille][0], f"volet déduit du document : {dit}, version la plus récente du kit"


def _version(volet: str) -> tuple[int, ...]:
    return tuple(int(nombre) for nombre in re.findall(r"\d+", volet.rsplit("_", 1)[-1]))


def _tests_du_document(chemin: Path, racine: Path) -> Iterator[str]:
    """Tests et contextes, sans préfixe, des règles du volet qui portent sur ClinicalDocument, dans son en-tête."""
    sources = Sources(normaliser(racine))
    try:
        tete = sources.ouvrir(normaliser(chemin))
        for motif in _motifs(sources, tete):
            for regle in sources.enfants(motif):
                if regle.nom == "rule" and _sur_le_document(regle.attribut("context")):
                    for assertion in sources.enfants(regle):
                        yield _PREFIXE.sub("", assertion.attribut("test"))
    except ErreurSchematron:
        return


def _motifs(sources: Sources, tete: Noeud) -> Iterator[Noeud]:
    """Motifs du fichier et de ses inclusions d'en-tête : les autres ne parlent pas du document entier."""
    for element in tete.element:
        noeud = Noeud(element, tete.fichier)
        if noeud.nom == "pattern":
            yield noeud
        elif noeud.nom == "include" and re.search("ent[eê]te", noeud.attribut("href"), re.IGNORECASE):
            cible = sources.cible(noeud)
            if cible and cible[0].nom == "pattern":
                yield cible[0]


def _sur_le_document(contexte: str) -> bool:
    return any(re.sub(r"^.*:", "", dernier_pas(branche)) == "ClinicalDocument" for branche in alternatives(contexte))
