# language: fr
Fonctionnalité: Identités reçues et transmises par un flux informatisé
  Une INS venue d'un autre domaine est vérifiée avant d'être reprise ; une INS non qualifiée ne sort pas.

  @INS/va1.11.01
  Scénario: Une INS venue d'un autre domaine est vérifiée d'elle-même
    Étant donné un patient « Hadrien » connu d'INSi
    Et un patient « Hortense » dont le statut est « identité qualifiée »
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Hadrien » avec son INS
    Alors la vérification de l'INS du patient « Hadrien » est partie vers INSi
    # L'exigence dispense de l'appel pour une INS déjà qualifiée ou récupérée chez le récepteur.
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Hortense » avec son INS
    Alors l'INS déjà qualifiée du patient « Hortense » n'a pas été vérifiée de nouveau

  @INS/va1.13.01 @INS/va1.57.01
  Scénario: Une identité qualifiée ailleurs est requalifiée ici
    Étant donné un patient « Iris » connu d'INSi
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Iris » avec son INS
    Alors la vérification de l'INS du patient « Iris » est partie vers INSi
    Et la fiche du patient « Iris » a été créée au statut « identité récupérée » avec son INS

  @INS/va1.04.01
  Scénario: Un contrat de confiance dispense de requalifier
    Étant donné un patient « Jules » connu d'INSi
    Et un patient « Juliette » connu d'INSi
    Quand l'administrateur enregistre un contrat de confiance avec le domaine partenaire
    Et le logiciel reçoit du domaine partenaire l'identité du patient « Jules » avec son INS
    Alors la fiche du patient « Jules » a été créée au statut « identité qualifiée » avec son INS
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Juliette » avec son INS
    # INSi peut confirmer l'INS de Juliette : elle est alors récupérée (règle 30), jamais qualifiée d'emblée.
    Alors la fiche du patient « Juliette » n'est pas au statut « identité qualifiée »

  @INS/va1.05.01
  Scénario: Une INS inconnue refusée par INSi crée une identité sans matricule
    Étant donné un patient « Karl » inconnu d'INSi
    Et un patient « Katia » connu d'INSi
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Karl » avec son INS
    Alors la vérification de l'INS du patient « Karl » est partie vers INSi
    Et la fiche du patient « Karl » a été créée avec les traits reçus, sans matricule INS
    Quand le logiciel reçoit d'un autre domaine l'identité du patient « Katia » avec son INS
    Alors la fiche du patient « Katia » a été créée au statut « identité récupérée » avec son INS

  @INS/va1.07.01
  Scénario: Une INS refusée par INSi ne met pas à jour une identité connue
    Étant donné un patient « Lazare » dont le statut est « identité validée »
    Et un patient « Lorène » dont le statut est « identité validée »
    Et le patient « Lazare » qu'INSi ne reconnaît plus
    Quand le logiciel reçoit d'un autre domaine une mise à jour de l'identité du patient « Lazare » avec son INS
    Alors la vérification de l'INS du patient « Lazare » est partie vers INSi
    Et l'identité du patient « Lazare » n'a pas été mise à jour
    Quand le logiciel reçoit d'un autre domaine une mise à jour de l'identité du patient « Lorène » avec son INS
    # Contrôle positif : la règle ne dit que le cas KO, son échec serait seulement à vérifier.
    Alors l'identité du patient « Lorène » porte désormais son INS

  @INS/va1.12.01
  Scénario: Un document dont l'INS est refusée reste hors du dossier
    Étant donné un patient « Mathurin » inconnu d'INSi
    Et un patient « Maud » connu d'INSi
    # Contrôle positif d'abord : la règle ne dit que le cas KO, son échec serait seulement à vérifier.
    Quand le logiciel reçoit d'un autre domaine un document du patient « Maud » portant son INS
    Alors le document reçu est intégré au dossier du patient « Maud »
    Quand le logiciel reçoit d'un autre domaine un document du patient « Mathurin » portant son INS
    Alors la vérification de l'INS du patient « Mathurin » est partie vers INSi
    Et le document reçu n'est pas intégré au dossier du patient « Mathurin » et l'utilisateur en est averti
    Et le document reçu du patient « Mathurin » est dans la liste de travail

  @INS/va1.63.01
  Scénario: La vérification d'une INS venue d'un autre domaine est tracée avec son retour
    # Deux documents, deux retours : une trace constante se verrait. Nul n'a demandé la vérification.
    Étant donné un patient « Zénobie » dont le statut est « identité validée »
    Et un patient « Zachée » dont le statut est « identité validée »
    Et le patient « Zachée » qu'INSi ne reconnaît plus
    Quand le logiciel reçoit d'un autre domaine un document du patient « Zénobie » portant son INS
    Alors la vérification de l'INS du patient « Zénobie » est partie vers INSi
    Et la vérification de l'INS du patient « Zénobie » est tracée avec le retour OK
    Quand le logiciel reçoit d'un autre domaine un document du patient « Zachée » portant son INS
    Alors la vérification de l'INS du patient « Zachée » est partie vers INSi
    Et la vérification de l'INS du patient « Zachée » est tracée avec le retour KO

  @INS/va1.72.01 @INS/va1.69.01
  Scénario: Un message HL7 v2 portant une INS qualifiée est intégré
    Étant donné un patient « Nils » connu d'INSi
    Quand le logiciel reçoit de son propre domaine l'identité du patient « Nils » avec son INS
    Alors la fiche du patient « Nils » a été créée au statut « identité qualifiée » avec son INS

  @INS/va1.73.01 @INS/va1.62.01 @INS/va1.67.01 @INS/va1.68.01
  Scénario: Un patient à l'identité validée est créé avec son INS
    Étant donné un patient « Odile » connu d'INSi
    Et un patient « Oscar » connu d'INSi
    Quand le logiciel reçoit de son propre domaine l'identité du patient « Odile » avec son INS
    Alors la fiche du patient « Odile » a été créée au statut « identité qualifiée » avec son INS
    Quand le logiciel reçoit de son propre domaine l'identité du patient « Oscar » avec son INS
    Alors la fiche du patient « Oscar » a été créée au statut « identité qualifiée » avec son INS

  @INS/va1.73.02 @INS/va1.62.02 @INS/va1.68.02
  Scénario: Un patient à l'identité non validée est créé sans l'INS reçue
    Étant donné un patient « Pacôme » connu d'INSi
    Et un patient « Pauline » connu d'INSi
    Quand le logiciel reçoit de son propre domaine l'identité non validée du patient « Pacôme » avec son INS
    Alors la fiche du patient « Pacôme » a été créée avec les traits reçus, sans matricule INS
    # Contrôle positif : le même message, validé, fait prendre l'INS.
    Quand le logiciel reçoit de son propre domaine l'identité du patient « Pauline » avec son INS
    Alors la fiche du patient « Pauline » a été créée au statut « identité qualifiée » avec son INS

  @INS/va1.73.03 @INS/va1.62.03 @INS/va1.68.03
  Scénario: La suppression d'une INS reçue est appliquée
    Étant donné un patient « Quentin » connu d'INSi
    Quand le logiciel reçoit de son propre domaine l'identité du patient « Quentin » avec son INS
    Alors la fiche du patient « Quentin » a été créée au statut « identité qualifiée » avec son INS
    Quand le logiciel reçoit de son propre domaine le retrait de l'INS du patient « Quentin »
    Alors l'identité du patient « Quentin » n'a plus ni matricule INS ni statut qui le suppose

  @INS/va1.71.01 @INS/va1.61.01
  Scénario: Un message HL7 v2 sortant porte l'INS qualifiée dans le segment PID
    Étant donné un patient « Renaud » dont le statut est « identité qualifiée »
    Et un patient « Rita » dont le statut est « identité qualifiée »
    Quand le professionnel transmet l'identité du patient « Renaud » au partenaire « CLINIQUE DU LAC »
    Alors le message émis pour le patient « Renaud » porte son INS dans le segment PID
    Quand le professionnel transmet l'identité du patient « Rita » au partenaire « HOPITAL DES PINS »
    Alors le message émis pour le patient « Rita » porte son INS dans le segment PID

  @INS/va1.46.01
  Scénario: Les partenaires à qui l'INS est transmise sont tracés
    Étant donné un patient « Solène » dont le statut est « identité qualifiée »
    Quand le professionnel transmet l'identité du patient « Solène » au partenaire « CLINIQUE DU LAC »
    Et le professionnel transmet l'identité du patient « Solène » au partenaire « HOPITAL DES PINS »
    Alors la transmission de l'INS du patient « Solène » à « CLINIQUE DU LAC » est tracée
    Et la transmission de l'INS du patient « Solène » à « HOPITAL DES PINS » est tracée

  @INS/va1.59.01
  Scénario: L'INS d'une identité non qualifiée ne sort pas sous forme informatisée
    Étant donné un patient « Tiphaine » dont le statut est « identité récupérée »
    Et un patient « Théodore » dont le statut est « identité qualifiée »
    Quand le professionnel valide un compte rendu pour le patient « Tiphaine » et l'exporte
    Alors le document exporté ne porte ni le matricule INS ni l'OID du patient « Tiphaine »
    Quand le professionnel transmet l'identité du patient « Tiphaine » au partenaire « CLINIQUE DU LAC »
    Alors le message émis pour le patient « Tiphaine » ne porte ni matricule INS ni OID
    Quand le professionnel valide un compte rendu pour le patient « Théodore » et l'exporte
    Alors le document exporté porte le matricule INS et l'OID du patient « Théodore »
    Quand le professionnel transmet l'identité du patient « Théodore » au partenaire « CLINIQUE DU LAC »
    Alors le message émis pour le patient « Théodore » porte son INS dans le segment PID

  @INS/va1.60.01
  Scénario: Modifier un trait strict d'une identité récupérée retire l'INS et se propage
    # La transmission préalable prouve que les messages émis se relèvent, et donne un partenaire à prévenir.
    Étant donné un patient « Urielle » dont le statut est « identité récupérée »
    Et l'identité du patient « Urielle » transmise au partenaire « CLINIQUE DU LAC »
    Quand le super utilisateur change le nom de naissance du patient « Urielle » en « DELVAUX »
    Alors l'identité du patient « Urielle » est rétrogradée à « identité provisoire » sans matricule INS
    Et la modification du nom de naissance du patient « Urielle » est propagée

  @INS/va1.60.02
  Scénario: Modifier un trait complémentaire d'une identité récupérée garde l'INS et se propage
    Étant donné un patient « Victor » dont le statut est « identité récupérée »
    Et l'identité du patient « Victor » transmise au partenaire « CLINIQUE DU LAC »
    Quand le super utilisateur change le nom utilisé du patient « Victor » en « DE BRESSE »
    Alors l'identité du patient « Victor » garde son statut « identité récupérée » et son INS
    Et la modification du nom utilisé du patient « Victor » est propagée

  @INS/va1.60.03
  Scénario: Modifier un trait strict d'une identité qualifiée retire l'INS et se propage
    Étant donné un patient « Wendy » dont le statut est « identité qualifiée »
    Et l'identité du patient « Wendy » transmise au partenaire « CLINIQUE DU LAC »
    Quand le super utilisateur change le nom de naissance du patient « Wendy » en « DELCOURT »
    Alors l'identité du patient « Wendy » est rétrogradée à « identité validée » sans matricule INS
    Et la modification du nom de naissance du patient « Wendy » est propagée
    Et le retrait de l'INS du patient « Wendy » est propagé

  @INS/va1.60.04
  Scénario: Modifier un trait complémentaire d'une identité qualifiée garde l'INS et se propage
    Étant donné un patient « Yaël » dont le statut est « identité qualifiée »
    Et l'identité du patient « Yaël » transmise au partenaire « CLINIQUE DU LAC »
    Quand le super utilisateur change le nom utilisé du patient « Yaël » en « D'AUVERGNE »
    Alors l'identité du patient « Yaël » garde son statut « identité qualifiée » et son INS
    Et la modification du nom utilisé du patient « Yaël » est propagée
