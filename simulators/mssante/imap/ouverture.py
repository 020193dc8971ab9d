"""Ouvrir une connexion : accueil, capacités, STARTTLS, identification."""

from __future__ import annotations

from simulators.mssante.authentification import ReponseSaslIllisible, empreinte_sasl, identifier, mecanismes
from simulators.mssante.boites import BoiteInconnue
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.dialogue import DELAI_ENVOI, Dialogue, Fin, texte
from simulators.mssante.imap.session import CAPACITES, Session
from simulators.mssante.imap.transport import ConnexionCoupee
from simulators.socle.requete import RequeteRecue


class Ouverture(Dialogue):
    """Ce qui précède l'accès à la boîte."""

    async def _accueillir(self) -> None:
        requete = self._c.requete("", operation="connexion")
        panne = self._c.prendre(requete, "connexion_refusee", "accueil_lent")
        if panne is not None and panne.nom == "connexion_refusee":
            self._c.inscrire(requete, None)
            self.couper()
            raise Fin("opérateur (coupure)")
        if panne is not None:
            await panne.retenir(float(str(panne.parametres.get("duree", 5))))
        if len(self._facade.connexions) > self._reglages.sessions_max:
            requete.noter("motif", "trop de connexions ouvertes")
            await self._clore(requete, b"* BYE [UNAVAILABLE] Too many connections, try again later\r\n")
        capacites = b" ".join(self._capacites(requete))
        ligne = b"* OK [CAPABILITY %b] %b IMAP operateur MSSante de TEST (Banc SONS)\r\n"
        await self._repondre(requete, 200, [ligne % (capacites, self._reglages.nom_hote.encode())])

    def _capacites(self, requete: RequeteRecue) -> list[bytes]:
        """En clair, rien d'autre que STARTTLS ; puis les mécanismes ; tout le reste une fois identifié."""
        if self._session is not None:
            return [CAPACITES, b"APPENDLIMIT=%d" % self._reglages.taille_max]
        if self._c.tls is None:
            starttls = [b"STARTTLS"] if self._c.starttls_offert(requete) else []
            return [b"IMAP4rev1", *starttls, b"LOGINDISABLED"]
        mecas = [b"AUTH=" + meca.encode() for meca in mecanismes(self._c, requete)]
        return [b"IMAP4rev1", b"IMAP4rev2", b"LITERAL+", b"SASL-IR", b"ID", b"ENABLE", b"LOGINDISABLED", *mecas]

    async def _simple(self, requete: RequeteRecue, arguments: Arguments, fin: bytes, *lignes: bytes) -> None:
        try:
            arguments.terminer()
        except Mauvaise as erreur:
            await self._repondre(requete, 400, [self._final(b"BAD " + str(erreur).encode())])
            return
        await self._repondre(requete, 200, [*lignes, self._final(fin)])

    async def _dire_identite(self, requete: RequeteRecue, arguments: Arguments) -> None:
        if self._c.tls is None or not requete.cible:
            texte = b"BAD Must issue STARTTLS first" if self._c.tls is None else b"BAD Expected a parameter list"
            await self._repondre(requete, 400, [self._final(texte)])
            return
        identite = b'* ID ("name" "Banc SONS" "vendor" "operateur MSSante de TEST")\r\n'
        await self._repondre(requete, 200, [identite, self._final(b"OK ID completed")])

    def _cible_login(self, arguments: Arguments) -> str:
        """Arguments de LOGIN, mot de passe remplacé."""
        try:
            arguments.espace()
            utilisateur = texte(arguments.astring())
            arguments.espace()
            secret = arguments.astring()
        except Mauvaise:
            return "…"
        return f"{utilisateur} {self._facade.operateur.journal.empreinte_secret(secret)}"

    # -- canal et identification -------------------------------------------------------------------------------

    async def _starttls(self, requete: RequeteRecue, arguments: Arguments) -> None:
        if self._c.tls is not None or not self._c.starttls_offert(requete) or not arguments.fini:
            await self._repondre(requete, 400, [self._final(b"BAD STARTTLS is not available")])
            return
        ligne = self._c.choisir_ligne(requete)
        # Ce qui suit STARTTLS en clair n'a pas été dit dans le canal : c'est jeté, et noté (RFC 3501 § 11.1).
        if self.decoupeur.entamee:
            requete.noter("octets_en_clair_jetes", self.decoupeur.vider())
        self.suspendre()
        await self._repondre(requete, 200, [self._final(b"OK Begin TLS negotiation now")])
        if ligne.starttls == "ordures":
            self._c.refuser_poignee("l'opérateur a envoyé autre chose que du TLS (panne)")
            await self.envoyer([b"* OK plaintext continues here, this is not TLS\r\n" * 4], DELAI_ENVOI)
            raise Fin("opérateur (panne)")
        try:
            self.remplacer(await self._c.negocier(self.transport, self))
        except (OSError, TimeoutError) as erreur:
            raise Fin("poignée de main refusée") from erreur

    async def _authentifier(self, requete: RequeteRecue, arguments: Arguments) -> None:
        lignes: list[bytes] = []
        try:
            arguments.espace()
            mecanisme = arguments.mot().decode("ascii")
            initiale = None
            if not arguments.fini:
                arguments.espace()
                initiale = arguments.reste
        except Mauvaise as erreur:
            requete.cible = "…"
            await self._repondre(requete, 400, [self._final(b"BAD " + str(erreur).encode())])
            return
        journal = self._facade.operateur.journal
        requete.cible = mecanisme
        requete.noter("mecanisme", mecanisme)
        requete.noter("initiale", "oui" if initiale is not None else "non")
        if initiale is not None:
            requete.cible += f" {empreinte_sasl(journal, initiale)}"
        refus = self._refus_de_mecanisme(requete, mecanisme)
        if refus is not None:
            await self._repondre(requete, 500 if refus.startswith(b"NO") else 400, [self._final(refus)])
            return
        if initiale is None:
            lignes.append(b"+ \r\n")
            await self.envoyer(lignes, DELAI_ENVOI)
            initiale = await self._ligne_sasl(requete)
            requete.cible += f" {empreinte_sasl(journal, initiale)}"
        await self._juger(requete, mecanisme, initiale, lignes)

    def _refus_de_mecanisme(self, requete: RequeteRecue, mecanisme: str) -> bytes | None:
        if self._session is not None:
            return b"BAD Already authenticated"
        if self._c.tls is None:
            return b"NO [PRIVACYREQUIRED] Must issue STARTTLS first"
        if mecanisme not in mecanismes(self._c, requete):
            return b"NO [CANNOT] Unsupported authentication mechanism"
        return None

    async def _ligne_sasl(self, requete: RequeteRecue) -> bytes:
        """Réponse du client à un défi ; s'il part ou se tait, la tentative est au journal, sans réponse."""
        try:
            while (ligne := self.decoupeur.ligne()) is None:
                await self.attendre(self._reglages.delai_inactivite)
        except (ConnexionCoupee, TimeoutError):
            self._c.inscrire(requete, None)
            raise
        return ligne

    async def _juger(self, requete: RequeteRecue, mecanisme: str, reponse: bytes, lignes: list[bytes]) -> None:
        if reponse == b"*":
            await self._repondre(requete, 400, [*lignes, self._final(b"BAD Authentication cancelled")], len(lignes))
            return
        try:
            issue = identifier(self._c, requete, mecanisme, b"" if reponse == b"=" else reponse)
        except ReponseSaslIllisible as erreur:
            requete.noter("motif", str(erreur))
            await self._repondre(requete, 400, [*lignes, self._final(b"BAD Invalid SASL response")], len(lignes))
            self._fautive()
            return
        if issue.bal is not None:
            try:
                boite = self._facade.boites.boite(issue.bal.adresse)
            except BoiteInconnue:
                issue = type(issue)(None, "BAL sans boîte")
            else:
                self._session = Session(boite, self._reveiller, self._reglages.taille_max)
                capacites = b" ".join(self._capacites(requete))
                fin = self._final(b"OK [CAPABILITY %b] Authenticated" % capacites)
                await self._repondre(requete, 200, [*lignes, fin], len(lignes))
                return
        if issue.defi:
            defi = b"+ %b\r\n" % issue.defi_base64.encode()
            lignes.append(defi)
            await self.envoyer([defi], DELAI_ENVOI)
            reponse_au_defi = await self._ligne_sasl(requete)
            requete.noter("reponse_au_defi", empreinte_sasl(self._facade.operateur.journal, reponse_au_defi))
        self._echecs += 1
        refus = self._final(b"NO [AUTHENTICATIONFAILED] Authentication credentials invalid")
        if self._echecs >= self._reglages.echecs_authentification_max:
            await self._repondre(
                requete, 500, [*lignes, refus, b"* BYE Too many authentication failures\r\n"], len(lignes)
            )
            raise Fin("opérateur (échecs d'authentification)")
        await self._repondre(requete, 500, [*lignes, refus], len(lignes))
