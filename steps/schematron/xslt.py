"""Compile un schematron en une feuille XSLT 3 dont la sortie, en texte, se relit en `Passage`.

Un mode par motif, une priorité décroissante par règle : pour chaque nœud, la première règle qui convient. Une ligne de
sortie par fait, champs séparés par des tabulations : `T` règle tirée, `E` assertion en échec, `I` assertion que Saxon
n'a pas pu évaluer, `X` seule : la feuille entière s'est arrêtée sur une erreur.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from steps.schematron.contextes import Cibles, cibles
from steps.schematron.expansion import hors_chaines
from steps.schematron.modele import Assertion, Parties, RegleSchematron, Schematron, Variable

VERSION = "2"
"""Version du compilateur ; à changer quand son résultat change, car elle entre dans la clé du cache."""

PARAMETRE_DOCUMENT = "bancsons_document_"
"""Préfixe des paramètres qui reçoivent un document annexe déjà lu, suivi de son rang dans `Feuille.documents`."""

_XSL = "http://www.w3.org/1999/XSL/Transform"
_ERREURS = "http://www.w3.org/2005/xqt-errors"
_VARIABLE = re.compile(r"\$([\w.\-:]+)")
_ANNEXE = re.compile(r"(?<![\w.\-:$])(?:fn:)?(?:doc|document)\s*\(")
_APPEL = re.compile(r"(?<![\w.\-:$])(?:fn:)?(?:doc|document)\s*\(\s*(?:\$([\w.\-:]+)|'([^']*)'|\"([^\"]*)\")\s*\)")
_TEXTE_CONSTANT = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\")\s*$")


@dataclass(frozen=True, slots=True)
class Feuille:
    """Une feuille XSLT. `texte` : sans `xml:base`, que `avec_base` ajoute. `documents` : annexes à lui donner."""

    texte: str
    documents: tuple[str, ...] = ()

    def avec_base(self, base: str) -> str:
        """La feuille, ses `doc()` relatifs résolus depuis cette URI de dossier (finie par `/`)."""
        return self.texte.replace("<xsl:stylesheet ", f"<xsl:stylesheet xml:base={_attribut(base)} ", 1)


def annexes_constantes(schematron: Schematron) -> frozenset[str]:
    """Chemins relatifs des documents que les expressions nomment par une constante, présents ou non."""
    constantes = _constantes(schematron)
    trouves: set[str] = set()
    for expression in _expressions(schematron):
        for appel in _APPEL.finditer(expression):
            chemin = constantes.get(appel[1]) if appel[1] else appel[2] or appel[3]
            if chemin:
                trouves.add(chemin)
    return frozenset(trouves)


def engendrer(
    schematron: Schematron, parties: Parties | None = None, documents: Iterable[str] = (), prudent: bool = False
) -> Feuille:
    """La feuille XSLT de ce schematron.

    `parties` : ne jouer que ces assertions ; les règles qui les précèdent dans leur motif restent, vides, car elles
    prennent leurs nœuds. `documents` : parmi `annexes_constantes`, ceux qui existent et seront donnés en paramètres.
    `prudent` : chaque assertion est isolée, une erreur de l'une n'empêche pas les autres.
    """
    return _Generateur(schematron, parties, tuple(sorted(documents)), prudent).feuille()


def references(expression: str) -> frozenset[str]:
    """Noms des variables citées par un XPath."""
    trouves: set[str] = set()

    def noter(texte: str) -> str:
        trouves.update(_VARIABLE.findall(texte))
        return texte

    hors_chaines(expression, noter)
    return frozenset(trouves)


def _attribut(valeur: str) -> str:
    return '"' + escape(valeur, {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}) + '"'


def _constantes(schematron: Schematron) -> dict[str, str]:
    """Variables globales dont la valeur est une chaîne écrite telle quelle."""
    constantes: dict[str, str] = {}
    for variable in _globales(schematron):
        if trouve := _TEXTE_CONSTANT.match(variable.expression):
            constantes[variable.nom] = trouve[1] if trouve[1] is not None else trouve[2]
    return constantes


def _globales(schematron: Schematron) -> list[Variable]:
    return [*schematron.variables, *(variable for motif in schematron.motifs for variable in motif.variables)]


def _expressions(schematron: Schematron) -> Iterable[str]:
    for variable in _globales(schematron):
        yield variable.expression
    for motif in schematron.motifs:
        for regle in motif.regles:
            yield from (variable.expression for variable in regle.variables)
            for assertion in regle.assertions:
                yield assertion.test
                yield from (morceau.expression for morceau in assertion.message if morceau.expression)


@dataclass
class _Generateur:
    schematron: Schematron
    parties: Parties | None
    documents: tuple[str, ...]
    prudent: bool
    _partages: dict[str, str] = field(default_factory=dict)
    _constantes: Mapping[str, str] = field(default_factory=dict)
    _annexes_globales: Mapping[str, Variable] = field(default_factory=dict)

    def feuille(self) -> Feuille:
        self._constantes = _constantes(self.schematron)
        globales = [Variable(v.nom, self._hisser(v.expression, ())) for v in _globales(self.schematron)]
        self._annexes_globales = {v.nom: v for v in (globales if self.prudent else _lisant_des_annexes(globales, {}))}
        espaces = {"xsl": _XSL, **{p: u for p, u in self.schematron.espaces.items() if p not in ("xml", "xsl", "")}}
        declarations = " ".join(f"xmlns:{prefixe}={_attribut(uri)}" for prefixe, uri in espaces.items())
        motifs: list[str] = []
        appels: list[str] = []
        for rang in range(len(self.schematron.motifs)):
            appel, texte = self._motif(rang)
            appels.append(appel)
            motifs.append(texte)
        lignes = [
            f'<xsl:stylesheet {declarations} version="3.0">',
            '<xsl:output method="text" encoding="UTF-8"/>',
            '<xsl:key name="bancsons_noms" match="*" use="concat(\'{\', namespace-uri(), \'}\', local-name())"/>',
            *(f'<xsl:param name="{PARAMETRE_DOCUMENT}{rang}"/>' for rang in range(len(self.documents))),
            *(self._variable(v) for v in globales if v.nom not in self._annexes_globales),
            '<xsl:template match="/"><xsl:try>',
            *appels,
            f"{_ARRET}</xsl:try></xsl:template>",
            _OU,
            *motifs,
            *(
                f'<xsl:template name="{nom}"><xsl:param name="bancsons_p"/>{corps}</xsl:template>'
                for corps, nom in self._partages.items()
            ),
            "</xsl:stylesheet>",
        ]
        return Feuille("\n".join(ligne for ligne in lignes if ligne), self.documents)

    def _variable(self, variable: Variable) -> str:
        return f"<xsl:variable name={_attribut(variable.nom)} select={_attribut(variable.expression)}/>"

    def _hisser(self, expression: str, locales: Iterable[str]) -> str:
        """Remplace l'appel d'un document constant et présent par son paramètre."""
        masquees = set(locales)

        def remplacer(appel: re.Match[str]) -> str:
            if appel[1] in masquees:
                return appel[0]
            chemin = self._constantes.get(appel[1]) if appel[1] else appel[2] or appel[3]
            if chemin not in self.documents:
                return appel[0]
            return f"${PARAMETRE_DOCUMENT}{self.documents.index(chemin)}"

        return _APPEL.sub(remplacer, expression) if self.documents else expression

    def _motif(self, rang: int) -> tuple[str, str]:
        """L'appel du motif depuis la racine, et ses règles ; deux chaînes vides s'il n'a rien à jouer."""
        regles = self.schematron.motifs[rang].regles
        if self.parties is not None:
            voulues = {regle for motif, regle, _ in self.parties if motif == rang}
            regles = regles[: max(voulues) + 1] if voulues else ()
        if not regles:
            return "", ""
        mode = f"m{rang}"
        textes = [f'<xsl:template match="." mode="{mode}" priority="-9"/>']
        for position, regle in enumerate(regles):
            priorite = len(regles) - position
            textes.append(
                f'<xsl:template match={_attribut(regle.contexte)} mode="{mode}" priority="{priorite}">'
                f"{self._regle(rang, position, regle)}</xsl:template>"
            )
        choix = _selection(cibles((regle.contexte for regle in regles), self.schematron.espaces))
        return f'<xsl:apply-templates select={_attribut(choix)} mode="{mode}"/>', "\n".join(textes)

    def _regle(self, motif: int, rang: int, regle: RegleSchematron) -> str:
        noms = {variable.nom for variable in regle.variables}
        variables = [Variable(v.nom, self._hisser(v.expression, noms)) for v in regle.variables]
        risquees = variables if self.prudent else _lisant_des_annexes(variables, self._annexes_globales)
        annexes = {v.nom: v for v in risquees}
        corps = [f"<xsl:text>T\t{motif}\t{rang}&#10;</xsl:text>"]
        corps += [self._variable(v) for v in variables if v.nom not in annexes]
        for numero, assertion in enumerate(regle.assertions):
            if self.parties is None or (motif, rang, numero) in self.parties:
                corps.append(self._assertion(f"{motif}&#9;{rang}&#9;{numero}", assertion, variables, annexes))
        return "".join(corps)

    def _assertion(
        self, place: str, assertion: Assertion, variables: list[Variable], annexes: Mapping[str, Variable]
    ) -> str:
        """Le contrôle d'une assertion ; un corps qui ne dépend pas des variables de la règle est partagé."""
        noms = {variable.nom for variable in variables}
        test = self._hisser(assertion.test, noms)
        valeurs = [self._hisser(m.expression, noms) if m.expression else "" for m in assertion.message]
        message = [
            f"<xsl:value-of select={_attribut(valeur)}/>" if valeur else f"<xsl:text>{escape(morceau.texte)}</xsl:text>"
            for valeur, morceau in zip(valeurs, assertion.message, strict=True)
        ]
        citees = frozenset().union(*(references(expression) for expression in (test, *valeurs)))
        isolees = _fermeture(citees, [*self._annexes_globales.values(), *annexes.values()])
        condition = f"({test})" if assertion.report else f"not(({test}))"
        corps = (
            f"<xsl:if test={_attribut(condition)}><xsl:value-of select=\"concat('E&#9;', $bancsons_p, '&#9;')\"/>"
            f'<xsl:call-template name="bancsons_ou"/>'
            f'<xsl:variable name="bancsons_message">{"".join(message)}</xsl:variable>'
            "<xsl:value-of select=\"concat('&#9;', normalize-space($bancsons_message), '&#10;')\"/></xsl:if>"
        )
        if self.prudent or isolees or any(_ANNEXE.search(expression) for expression in (test, *valeurs)):
            corps = (
                f"<xsl:try>{''.join(self._variable(v) for v in isolees)}{corps}<xsl:catch>"
                f"<xsl:value-of xmlns:err=\"{_ERREURS}\" select=\"concat('I&#9;', $bancsons_p, '&#9;', "
                "local-name-from-QName($err:code), '&#9;', normalize-space($err:description), '&#10;')\"/>"
                "</xsl:catch></xsl:try>"
            )
            citees = citees.union(*(references(v.expression) for v in isolees)) - {v.nom for v in isolees}
        if citees & noms:
            return f'<xsl:variable name="bancsons_p" select="\'{place}\'"/>{corps}'
        nom = self._partages.setdefault(corps, f"bancsons_a{len(self._partages)}")
        parametre = f'<xsl:with-param name="bancsons_p" select="\'{place}\'"/>'
        return f'<xsl:call-template name="{nom}">{parametre}</xsl:call-template>'


def _lisant_des_annexes(variables: Iterable[Variable], autres: Mapping[str, Variable]) -> list[Variable]:
    """Variables dont la valeur peut demander un document absent, directement ou par une autre variable."""
    trouvees: dict[str, Variable] = {}
    for variable in variables:
        citees = references(variable.expression)
        if _ANNEXE.search(variable.expression) or citees & (trouvees.keys() | autres.keys()):
            trouvees[variable.nom] = variable
    return list(trouvees.values())


def _fermeture(citees: frozenset[str], candidates: Iterable[Variable]) -> list[Variable]:
    """Parmi les candidates, dans leur ordre, celles que demandent ces noms, directement ou non."""
    voulues = set(citees)
    retenues: list[Variable] = []
    for variable in reversed(list(candidates)):
        if variable.nom in voulues:
            voulues |= references(variable.expression)
            retenues.append(variable)
    return retenues[::-1]


def _selection(visees: Cibles) -> str:
    """XPath, dans le modèle de la racine, des nœuds à présenter à un motif."""
    if visees.autres:
        return "/ | //node() | //@*"
    if visees.noms is None:
        return "/ | //*" if visees.racine else "//*"
    noms = ", ".join(f"'{nom}'" for nom in sorted(visees.noms))
    elements = f"key('bancsons_noms', ({noms}))" if noms else ""
    return " | ".join(filter(None, ("/" if visees.racine else "", elements)))


_ARRET = (
    f'<xsl:catch><xsl:value-of xmlns:err="{_ERREURS}" select="concat(\'X&#9;\', '
    "local-name-from-QName($err:code), ' ', normalize-space($err:description), '&#10;')\"/></xsl:catch>"
)
_OU = (
    '<xsl:template name="bancsons_ou"><xsl:value-of select="string-join(ancestor-or-self::*/'
    "string(1 + count(preceding-sibling::*)), '/')\"/>"
    '<xsl:choose><xsl:when test="self::*"/><xsl:when test="self::attribute()">'
    "<xsl:value-of select=\"concat('@', name())\"/></xsl:when>"
    '<xsl:when test="self::text()">#text()</xsl:when><xsl:when test="self::comment()">#comment()</xsl:when>'
    '<xsl:when test="self::processing-instruction()">#processing-instruction()</xsl:when></xsl:choose></xsl:template>'
)
