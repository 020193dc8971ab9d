"""Lit un fichier `.sch` : inclusions, motifs et règles abstraits, phases, variables. Source : ISO/IEC 19757-3:2016."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from steps.schematron.expansion import Parametres, libre, renommer
from steps.schematron.inclusions import ESPACE, ErreurSchematron, Noeud, Sources, normaliser
from steps.schematron.modele import (
    Assertion,
    Morceau,
    MotifSchematron,
    RegleSchematron,
    Schematron,
    Variable,
)

_LANGAGES = ("", "xslt", "xslt2", "xslt3", "xpath", "xpath2", "xpath3")
_MUETS = {"title", "p", "phase", "ns", "diagnostics", "properties", "let", "pattern", "param"}
_PREFIXES = {"xs": "http://www.w3.org/2001/XMLSchema", "xml": "http://www.w3.org/XML/1998/namespace"}
_SANS_PARAMETRE = Parametres({})


def lire(chemin: Path, racine: Path | None = None) -> Schematron:
    """Le schematron de ce fichier, prêt à compiler.

    `racine` : dossier dont aucune inclusion ne peut sortir ; par défaut celui du fichier. Un fichier inclus absent
    devient une lacune : les autres règles restent jouables. `ErreurSchematron` si le fichier est illisible, n'est pas
    un schematron, demande un langage de requête inconnu ou une inclusion interdite.
    """
    fichier = normaliser(chemin)
    sources = Sources(normaliser(racine) if racine else fichier.parent)
    tete = sources.ouvrir(fichier)
    if tete.nom != "schema":
        raise ErreurSchematron(f"{chemin.name} : la racine n'est pas un schema Schematron")
    if (langage := tete.attribut("queryBinding").lower()) not in _LANGAGES:
        raise ErreurSchematron(f"{chemin.name} : langage de requête « {langage} » non pris en charge")
    return _Lecteur(sources, tete, tuple(sources.enfants(tete))).schematron()


class _Lecteur:
    """Assemble un schéma à partir de ses enfants, inclusions déjà faites."""

    def __init__(self, sources: Sources, tete: Noeud, enfants: tuple[Noeud, ...]) -> None:
        self._sources = sources
        self._tete = tete
        self._enfants = enfants
        self._motifs = [enfant for enfant in enfants if enfant.nom == "pattern"]
        self._par_id = {motif.attribut("id"): motif for motif in reversed(self._motifs) if motif.attribut("id")}
        self._contenus = {id(motif.element): tuple(sources.enfants(motif)) for motif in self._motifs}
        self._abstraites: dict[str, Noeud] = {}
        self._variables: set[str] = {enfant.attribut("name") for enfant in enfants if enfant.nom == "let"}
        for motif in self._motifs:
            for enfant in self._contenus[id(motif.element)]:
                if enfant.nom == "rule" and enfant.attribut("abstract") == "true":
                    self._abstraites.setdefault(enfant.attribut("id"), enfant)
                self._variables |= {let.get("name") or "" for let in enfant.element.iter(f"{{{ESPACE}}}let")}
        self._noms_globaux = {enfant.attribut("name") for enfant in enfants if enfant.nom == "let"}
        for contenu in self._contenus.values():
            self._noms_globaux |= {enfant.attribut("name") for enfant in contenu if enfant.nom == "let"}
        self._globales: set[str] = set()
        self._assertions: dict[tuple[int, str], Assertion] = {}
        self._gardes: list[etree._Element] = []

    def schematron(self) -> Schematron:
        """Le schéma complet ; les lacunes rencontrées y sont notées."""
        for enfant in self._enfants:
            if enfant.nom not in _MUETS:
                self._lacune(enfant, f"élément {enfant.nom} non pris en charge")
        variables = tuple(
            self._variable(enfant, _SANS_PARAMETRE, {}) for enfant in self._enfants if enfant.nom == "let"
        )
        self._globales = {variable.nom for variable in variables}
        espaces = dict(_PREFIXES)
        espaces |= {n.attribut("prefix"): n.attribut("uri").strip() for n in self._enfants if n.nom == "ns"}
        titre = next((_texte(enfant) for enfant in self._enfants if enfant.nom == "title"), "")
        motifs = tuple(self._motifs_actifs())
        chemin = self._tete.fichier
        return Schematron(
            chemin=chemin,
            base=chemin.parent,
            titre=titre,
            espaces=espaces,
            motifs=motifs,
            variables=variables,
            sources=tuple(sorted(self._sources.lus)),
            empreinte=self._sources.empreinte(),
            lacunes=tuple(dict.fromkeys(self._sources.lacunes)),
            avertissements=tuple(dict.fromkeys(self._sources.avertissements)),
        )

    def _lacune(self, noeud: Noeud, quoi: str) -> None:
        self._sources.lacunes.append(f"{self._sources.nom(noeud.fichier)}, ligne {noeud.ligne} : {quoi}")

    def _motifs_actifs(self) -> Iterator[MotifSchematron]:
        phase = self._tete.attribut("defaultPhase").strip()
        actifs = None if phase in ("", "#ALL") else self._actifs(phase)
        for motif in self._motifs:
            concret = motif.attribut("abstract") != "true"
            if concret and (actifs is None or motif.attribut("id") in actifs):
                yield self._motif(motif)

    def _actifs(self, phase: str) -> set[str]:
        for enfant in self._enfants:
            if enfant.nom == "phase" and enfant.attribut("id") == phase:
                actifs = [n.attribut("pattern") for n in self._sources.enfants(enfant) if n.nom == "active"]
                for nom in actifs:
                    if nom not in self._par_id:
                        self._sources.avertissements.append(
                            f"phase {phase} : le motif {nom} qu'elle active n'existe pas"
                        )
                return set(actifs)
        raise ErreurSchematron(f"{self._sources.nom(self._tete.fichier)} : la phase par défaut {phase} n'existe pas")

    def _motif(self, motif: Noeud) -> MotifSchematron:
        modele, parametres = motif, _SANS_PARAMETRE
        if est_un := motif.attribut("is-a"):
            valeurs = {
                n.attribut("name"): n.attribut("value") for n in self._contenus[id(motif.element)] if n.nom == "param"
            }
            parametres = Parametres(valeurs, self._variables)
            if est_un not in self._par_id:
                self._lacune(motif, f"motif abstrait {est_un} introuvable")
                return MotifSchematron((), id=motif.attribut("id"), nom=motif.attribut("id"))
            modele = self._par_id[est_un]
        if motif.attribut("documents"):
            self._lacune(motif, "motif qui porte sur d'autres documents (attribut documents) non pris en charge")
            return MotifSchematron((), id=motif.attribut("id"), nom=motif.attribut("id"))
        contenu = self._contenus[id(modele.element)]
        noms: dict[str, str] = {}
        variables = []
        for let in (n for n in contenu if n.nom == "let"):
            nom = parametres(let.attribut("name"))
            expression = self._variable(let, parametres, noms).expression
            if nom in self._globales:
                noms[nom] = libre(nom, self._globales | self._variables)
            self._globales.add(noms.get(nom, nom))
            variables.append(Variable(noms.get(nom, nom), expression))
        des_regles = [n for n in contenu if n.nom == "rule"]
        abstraites = {n.attribut("id"): n for n in reversed(des_regles) if n.attribut("abstract") == "true"}
        regles = tuple(
            self._regle(n, abstraites, parametres, noms) for n in des_regles if n.attribut("abstract") != "true"
        )
        titre = next((_texte(n) for n in contenu if n.nom == "title"), "")
        for n in contenu:
            if n.nom not in {*_MUETS, "rule"}:
                self._lacune(n, f"élément {n.nom} non pris en charge dans un motif")
        identifiant = motif.attribut("id")
        return MotifSchematron(regles, tuple(variables), id=identifiant, nom=titre or identifiant)

    def _variable(self, let: Noeud, parametres: Parametres, noms: Mapping[str, str]) -> Variable:
        if let.element.get("value") is None:
            self._lacune(let, f"variable {let.attribut('name')} sans attribut value, non prise en charge")
            return Variable(let.attribut("name"), "()")
        return Variable(let.attribut("name"), renommer(parametres(let.attribut("value")), noms))

    def _regle(
        self, regle: Noeud, voisines: Mapping[str, Noeud], parametres: Parametres, noms: Mapping[str, str]
    ) -> RegleSchematron:
        """Une règle concrète ; une variable redéfinie, ou de même nom qu'une globale, prend un nom neuf ensuite."""
        locaux = dict(noms)
        variables: list[Variable] = []
        assertions: list[Assertion] = []
        role = regle.attribut("role")
        for noeud in self._etendre(regle, voisines, ()):
            if noeud.nom == "let":
                variable = self._variable(noeud, parametres, locaux)
                nom = parametres(variable.nom)
                pris = {autre.nom for autre in variables}
                locaux.pop(nom, None)
                if nom in pris or nom in self._noms_globaux:
                    locaux[nom] = libre(nom, pris | self._variables)
                variables.append(Variable(locaux.get(nom, nom), variable.expression))
            elif noeud.nom in ("assert", "report"):
                assertions.append(self._assertion(noeud, parametres, locaux, role))
            elif noeud.nom not in _MUETS:
                self._lacune(noeud, f"élément {noeud.nom} non pris en charge dans une règle")
        contexte = renommer(parametres(regle.attribut("context")), noms)
        if not contexte.strip():
            raise ErreurSchematron(
                f"{self._sources.nom(regle.fichier)}, ligne {regle.ligne} : règle concrète sans contexte"
            )
        return RegleSchematron(
            contexte=contexte,
            assertions=tuple(assertions),
            variables=tuple(variables),
            id=regle.attribut("id"),
            role=role,
            fichier=self._sources.nom(regle.fichier),
            ligne=regle.ligne,
        )

    def _etendre(self, regle: Noeud, voisines: Mapping[str, Noeud], pile: tuple[int, ...]) -> Iterator[Noeud]:
        if id(regle.element) in pile:
            raise ErreurSchematron(f"{self._sources.nom(regle.fichier)}, ligne {regle.ligne} : extension circulaire")
        for noeud in self._sources.enfants(regle):
            if noeud.nom != "extends":
                yield noeud
            elif (base := self._base(noeud, voisines)) is not None:
                yield from self._etendre(base, voisines, (*pile, id(regle.element)))

    def _base(self, extends: Noeud, voisines: Mapping[str, Noeud]) -> Noeud | None:
        """La règle étendue : du même motif d'abord, sinon du schéma, ou d'un fichier (`href`, édition 2016)."""
        if extends.attribut("href"):
            cible = self._sources.cible(extends)
            return cible[0] if cible else None
        nom = extends.attribut("rule")
        base = voisines.get(nom) or self._abstraites.get(nom)
        if base is None:
            self._lacune(extends, f"règle abstraite {nom} introuvable")
        return base

    def _assertion(self, noeud: Noeud, parametres: Parametres, noms: Mapping[str, str], role: str) -> Assertion:
        """L'assertion ; celle d'une règle abstraite étendue cent fois sans paramètre n'est lue qu'une fois."""
        if parametres is not _SANS_PARAMETRE or noms:
            return self._lire_assertion(noeud, parametres, noms, role)
        cle = (id(noeud.element), role)
        if cle not in self._assertions:
            self._gardes.append(noeud.element)
            self._assertions[cle] = self._lire_assertion(noeud, parametres, noms, role)
        return self._assertions[cle]

    def _lire_assertion(self, noeud: Noeud, parametres: Parametres, noms: Mapping[str, str], role: str) -> Assertion:
        test = noeud.attribut("test")
        if not test.strip():
            raise ErreurSchematron(f"{self._sources.nom(noeud.fichier)}, ligne {noeud.ligne} : assertion sans test")
        return Assertion(
            test=renommer(parametres(test), noms),
            message=tuple(self._morceaux(noeud, parametres, noms)),
            report=noeud.nom == "report",
            id=noeud.attribut("id"),
            role=noeud.attribut("role") or role,
            flag=noeud.attribut("flag"),
            see=noeud.attribut("see"),
            fichier=self._sources.nom(noeud.fichier),
            ligne=noeud.ligne,
        )

    def _morceaux(self, noeud: Noeud, parametres: Parametres, noms: Mapping[str, str]) -> Iterator[Morceau]:
        if texte := noeud.element.text:
            yield Morceau(texte=parametres(texte))
        for enfant in self._sources.enfants(noeud):
            if enfant.nom == "value-of":
                yield Morceau(expression=renommer(parametres(enfant.attribut("select") or "."), noms))
            elif enfant.nom == "name":
                yield Morceau(expression=renommer(parametres(f"name({enfant.attribut('path') or '.'})"), noms))
            else:
                yield from self._morceaux(enfant, parametres, noms)
            if suite := enfant.element.tail:
                yield Morceau(texte=parametres(suite))


def _texte(noeud: Noeud) -> str:
    return " ".join("".join(str(texte) for texte in noeud.element.itertext()).split())
